import type { CodedFailure } from './crew-error.ts';
import type { JsonValue } from './json.ts';

/** What one of several models said to the same question, or why it said nothing. `cutOff`: a text that ends where the
 * limit of its tokens was. `model` is `provider:name` or an alias. */
export type ModelAnswer =
  | { readonly model: string; readonly answer: JsonValue; readonly cutOff?: true }
  | { readonly model: string; readonly failure: CodedFailure };

/** The result of `crews/ask.crew.yaml`. `failure` says why there is no summary although one was asked for. */
export interface Answers {
  readonly question: string;
  /** In the order in which the models were named. */
  readonly answers: readonly ModelAnswer[];
  readonly summary: string | null;
  readonly failure?: CodedFailure;
}
