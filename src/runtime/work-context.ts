import type { ModelTerms, ResolvedModel } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';

/** What a work decider may read. `key` is unique to this attempt and starts the keys of all its effects. */
export interface WorkContext {
  readonly program: Program;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly terms: { readonly [alias: string]: ModelTerms };
  /** Path of the phase or branch: `merge`, `inspect.security`. */
  readonly path: string;
  /** `<path>:<visit>:<attempt>`. */
  readonly key: string;
  /** What templates read: `inputs`, artifacts by phase name, `run`, `visit`. */
  readonly scope: JsonObject;
  /** Wall-clock time of the fact that is being decided on. */
  readonly at: number;
}
