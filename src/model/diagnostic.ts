/** A place in a source text: `line` and `column` start at 1 (columns count UTF-16 units), `offset` at 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A half-open stretch of one file; `file` is the path as the author gave it. */
export interface SourceRange {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 'error' | 'warning' | 'info';

/**
 * An author's mistake as data: collected, never thrown. `code` is kebab-case and never renamed; `message` is one
 * sentence-case line without a final period that says what was expected and found; `hint` says what to do.
 * @see ../language/diagnostic-codes.ts for every code
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly range: SourceRange;
  readonly message: string;
  readonly hint?: string;
}
