import type { Role, TalkWork } from '../model/crew.ts';
import type { CrewMemory } from '../model/crew-memory.ts';
import type { OutputRequest } from '../model/effect.ts';
import type { ModelTerms } from '../model/fact.ts';
import type { PlanNote } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import type { Sizes } from './plan-sizes.ts';

/** The bytes of a role's requests that do not depend on the run. */
interface PromptBytes {
  /** The system message, the tools and the schema of the artifact. */
  readonly fixed: number;
  /** The longest message that asks to mend an answer. */
  readonly repair: number;
  /** The words around what a worker is given, asked or sent back. */
  readonly job: number;
}

/** Whom a role manages, as its prompt and its controls say it. */
export interface Management {
  readonly workers: readonly Role[];
  readonly maxDelegations: number;
  readonly concurrency: number;
}

/** The conversation that a role speaks in, or whose artifact it writes. */
interface Talking {
  readonly work: TalkWork;
  readonly roles: readonly Role[];
  readonly closing: boolean;
}

/** Measures the prompts of a role, or of a model that is asked without one; the compiler does not write prompts itself. */
export type MeasurePrompt = (options: {
  readonly crewGoal: string;
  readonly role?: Role;
  readonly tools: readonly ToolSpec[];
  readonly output?: OutputRequest;
  readonly manages?: Management;
  /** The role that manages this one. */
  readonly manager?: string;
  readonly talks?: Talking;
}) => PromptBytes;

/** What the bounds of a procedure are worked out from. `notes` is where what is not known is gathered. */
export interface PlanContext {
  readonly crewGoal: string;
  readonly roles: readonly Role[];
  readonly tools: readonly ToolSpec[];
  /** The terms of a model by its alias, by `provider:name`, or by `role:<name>`. */
  readonly terms: ReadonlyMap<string, ModelTerms>;
  readonly sizes: Sizes;
  /** Counts nothing of what models and tools will say, only what is known before the run. */
  readonly knownOnly: boolean;
  /** The most bytes of the lessons that every task may carry, inside a phase with `reflect`. */
  readonly lessonBytes: number;
  /** Absent where no role remembers. */
  readonly memory?: CrewMemory | undefined;
  readonly measurePrompt: MeasurePrompt;
  readonly notes: PlanNote[];
  /** The programs of crews that run as phases, by path. */
  readonly crews: NonNullable<Program['crews']>;
  /** Stands before the paths of a procedure inside another one. */
  readonly prefix: string;
}

/** Notes something once. */
export function addNote(context: PlanContext, note: PlanNote): void {
  const known = context.notes.some(each => each.code === note.code && each.place === note.place);
  if (!known) context.notes.push(note);
}
