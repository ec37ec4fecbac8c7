import type { ModelTerms, ResolvedModel, WithoutMemory } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RecalledNote, RecalledRole } from '../model/recall.ts';
import type { LastAttempt } from '../prompts/lessons.ts';

/** What a work decider may read. `key` is unique to this attempt and starts the keys of all its effects. */
export interface WorkContext {
  /** What draws by lot are made of. */
  readonly seed: string;
  /** The program whose phase this is. */
  readonly program: Program;
  /** The crew as whose this is remembered, where that is not the program's: it plays in a procedure of that crew. */
  readonly rememberedAs?: string;
  /** Stands before the names of its models and tools: '' for the run's own program. */
  readonly crewPath: string;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly terms: { readonly [alias: string]: ModelTerms };
  /** Path inside the procedure: `merge`, `inspect.security`, `explain.0`. It starts the events of the statechart. */
  readonly path: string;
  /** The same as people read it, with the crew phases around it: `build/inspect.security`. */
  readonly place: string;
  /** `<id>:<visit>:<attempt>`. */
  readonly key: string;
  /** What templates read: `inputs`, artifacts by phase name, `run`, `visit`, and the item of an `each`. */
  readonly scope: JsonObject;
  /** What earlier trials have taught, oldest first. */
  readonly lessons: readonly string[];
  /** The attempts before this one that are shown themselves, the outermost phase's first; absent when there are none. */
  readonly lastAttempts?: readonly LastAttempt[];
  /** Lessons of earlier runs, best first; absent when there are none. */
  readonly earlier?: readonly RecalledNote[];
  /** What its roles were reminded of; absent when nothing was. */
  readonly memory?: readonly RecalledRole[];
  /** The tools of memory are not offered. */
  readonly withoutMemory?: WithoutMemory;
  /** When the work was opened, and the moment of the fact that is being decided on; wall-clock milliseconds. */
  readonly openedAt: number;
  readonly at: number;
}
