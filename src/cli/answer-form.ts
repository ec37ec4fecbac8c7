/** How a question is answered by a command, where that is not by one of its choices as they stand. */
export interface AnswerForm {
  /** What may be answered and what it does, one way a row. */
  readonly ways: string;
  /** Each way as it is written, with a word in capitals where the person's own words belong. */
  readonly answers: readonly string[];
  /** Reads the answer, or says what is wrong with it. */
  readonly read: (
    line: string,
  ) => { readonly choice: string | null; readonly text: string | null } | { readonly problem: string };
}
