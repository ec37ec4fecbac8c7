import type { JsonObject } from '../model/json.ts';

/** One thing that a generated validator found; `instancePath` is a JSON pointer into what was validated. */
export interface ValidationProblem {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: JsonObject;
  readonly message?: string;
  readonly propertyName?: string;
}

/** A generated validator: says whether a value fits, and keeps what it found in `errors` until its next call. */
export interface Validate {
  (value: unknown): boolean;
  errors?: readonly ValidationProblem[] | null;
}
