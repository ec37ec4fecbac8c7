/** A mistake that the types of what a template reads give away. `offset` and `length` count UTF-16 units of the source. */
export interface TypeProblem {
  readonly code: TypeProblemCode;
  readonly message: string;
  readonly hint?: string;
  /** The word that is wrong and those that would be right, for a suggestion. */
  readonly word?: string;
  readonly candidates?: readonly string[];
  readonly offset: number;
  readonly length: number;
}

export type TypeProblemCode =
  | 'unknown-field'
  | 'optional-field'
  | 'nullable-field'
  | 'not-a-list'
  | 'filter-argument'
  | 'impossible-value'
  | 'incompatible-comparison'
  | 'shadowed-variable'
  | 'unassigned-variable';
