import type { JsonObject, JsonSchema } from './json.ts';
import type { MemoryProvenance, NewNote } from './memory.ts';
import type { Message } from './message.ts';
import type { PersonQuestion } from './person-question.ts';
import type { MemoryWrite, RecallRequest } from './recall.ts';
import type { RunEvent } from './run-event.ts';
import type { ToolSpec } from './tool-spec.ts';

/** The artifact that a model is asked to deliver as its final message. */
export interface OutputRequest {
  readonly name: string;
  readonly schema: JsonSchema;
}

/** Who asks and with which values, for the scripted and the rule-driven model; a language model never sees it. */
export interface RequestOrigin {
  readonly phase: string;
  readonly role: string;
  /** Counts the model calls of this phase visit from 1. */
  readonly turn: number;
  /** The values that the task's template reads: `inputs` and artifacts by name. */
  readonly values: JsonObject;
  /** Its task alone, where other words stand before or after it; the first message of a user where nothing is said here. */
  readonly task?: string;
  /** It is no turn at the task: older messages are to be summed up. */
  readonly asks?: 'summary';
}

/** A wish to have a model answer. `key` is unique in the run and the same at every replay. */
export interface ModelCallEffect {
  readonly type: 'model.call';
  readonly key: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly output?: OutputRequest;
  readonly temperature?: number;
  readonly maxTokens: number;
  readonly origin: RequestOrigin;
  /** The role with a budget of its own that pays for it. */
  readonly paidBy?: string;
}

/**
 * Who calls a tool that works on what the crew remembers: where, as which role, and whose words the arguments are.
 * `untrusted` names where words of strangers that stand in its context come from: a phase, a tool, or a note.
 */
export interface CallOrigin extends Pick<MemoryProvenance, 'phase' | 'role' | 'author'> {
  /** The crew that remembers: the one around a procedure that it plays. */
  readonly crew: string;
  readonly untrusted?: string;
  /** How far what is kept by the call may be trusted, and what it is made of; absent until the run knows of it. */
  readonly madeOf?: Pick<NewNote, 'trust' | 'sources'>;
}

/** The same, as the tool is told. */
export interface ToolOrigin extends CallOrigin, MemoryProvenance {}

/** A wish to have a tool called. `repeatable` calls may run again after a crash. */
export interface ToolCallEffect {
  readonly type: 'tool.call';
  readonly key: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly repeatable: boolean;
  /** Which program's tool it is: the path of its crew, such as `build/`; absent for the run's own. */
  readonly crew?: string;
  /** The role with a budget of its own that pays for it. */
  readonly paidBy?: string;
  /** Present exactly for tools of `builtin:memory`. */
  readonly origin?: CallOrigin;
  /** What was decided on: just these arguments, with their paths at these places. Absent when nothing had to be looked at. */
  readonly consent?: ToolConsent;
}

/** What leave for a call is bound to. `argsHash` is the sha256, in hex, of the arguments in canonical form. */
interface ToolConsent {
  readonly argsHash: string;
  /** The paths that rules looked at, and where they really are, by their text. */
  readonly paths?: readonly string[];
  readonly places?: { readonly [path: string]: string };
}

/** A wish to know where paths, relative to the workspace, really are; the decision about the call `call` depends on it. */
export interface PathResolveEffect {
  readonly type: 'path.resolve';
  readonly key: string;
  readonly call: string;
  readonly paths: readonly string[];
}

/**
 * A wish to have a person answer. `id` stays the same when the question is asked again after a resume, so that an answer
 * from another shell finds it; `phase` is the path of the work that waits.
 */
export interface PersonAskEffect {
  readonly type: 'person.ask';
  readonly key: string;
  readonly id: string;
  readonly phase: string;
  readonly question: PersonQuestion;
}

/** A wish to have what is remembered for a piece of work, before it begins. */
export interface MemoryRecallEffect {
  readonly type: 'memory.recall';
  readonly key: string;
  readonly request: RecallRequest;
}

/** A wish to have something remembered. Each write has its place in memory by `key`, so that a repetition changes nothing. */
export interface MemoryWriteEffect {
  readonly type: 'memory.write';
  readonly key: string;
  readonly crew: string;
  /** A path, as in events. */
  readonly phase: string;
  readonly role: string;
  /** `provider:name` of the model whose words they are, or `rule`. */
  readonly author: string;
  readonly writes: readonly MemoryWrite[];
}

/** A wish to be told after `ms` milliseconds of run time. */
interface TimerStartEffect {
  readonly type: 'timer.start';
  readonly key: string;
  readonly ms: number;
}

/** Something that only the executor may do, and whose outcome becomes a fact under the same key. */
export type ActEffect =
  | ModelCallEffect
  | ToolCallEffect
  | PathResolveEffect
  | PersonAskEffect
  | MemoryRecallEffect
  | MemoryWriteEffect
  | TimerStartEffect;

/** A wish of a decider: to act, to drop what was begun, or to tell the watchers. */
export type Effect =
  | ActEffect
  | { readonly type: 'effect.cancel'; readonly key: string }
  | { readonly type: 'event.publish'; readonly event: RunEvent };
