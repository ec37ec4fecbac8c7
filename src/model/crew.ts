import type { SourceRange } from './diagnostic.ts';
import type { JsonObject, JsonSchema, JsonValue } from './json.ts';

/** One typed input of a crew; without `default` it must be given. `schema` is the declaration as a JSON Schema. */
export interface InputDeclaration {
  readonly name: string;
  readonly schema: JsonObject;
  readonly required: boolean;
  readonly default?: JsonValue;
  readonly description?: string;
}

/** A model alias of a crew. `use` is `auto` or `provider:name`; limits left out are the provider's row. */
export interface ModelDeclaration {
  readonly name: string;
  readonly use: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
}

/** A role: who works, with which model and which tools. `tools` are grants: a toolset (`git`) or one tool (`git.diff`). */
export interface Role {
  readonly name: string;
  readonly goal: string;
  readonly backstory?: string;
  readonly model: string;
  readonly tools: readonly string[];
}

/** A toolset that the crew declares: an alias and where it comes from. */
export interface ToolsetDeclaration {
  readonly name: string;
  readonly source: { readonly kind: 'builtin'; readonly name: string };
}

/** Hard ceilings of a run; an absent one is unlimited. Money in millionths of a US dollar. */
export interface Budget {
  readonly calls?: number;
  readonly toolCalls?: number;
  readonly tokens?: number;
  readonly costMicroUsd?: number;
  readonly timeMs?: number;
}

/** One way out of a phase: taken when `when` (a Liquid condition) holds; without `when` it always is. */
export interface Transition {
  readonly when?: string;
  readonly to: string;
}

/** Another try of a failed phase, for failures that another try can mend. */
export interface RetryPolicy {
  readonly max: number;
  readonly backoffMs: number;
}

/** Liquid templates at every string inside a JSON value. */
type TemplateValue = JsonValue;

/** What every working phase and branch has. `name` is its artifact's name too. */
interface WorkBase {
  readonly name: string;
  readonly output?: JsonSchema;
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: number;
}

/** One role works in turns until it delivers its artifact. */
export interface RoleWork extends WorkBase {
  readonly kind: 'role';
  readonly role: string;
  readonly task: string;
  readonly maxTurns: number;
}

/** One deterministic tool call. `tool` is `<toolset>.<tool>`. */
export interface ToolWork extends WorkBase {
  readonly kind: 'tool';
  readonly tool: string;
  readonly with: { readonly [argument: string]: TemplateValue };
}

/** Branches at once; the artifact is an object with one key for each branch. */
export interface ParallelWork extends WorkBase {
  readonly kind: 'parallel';
  readonly branches: readonly BranchWork[];
}

/** What may stand in a branch. */
export type BranchWork = RoleWork | ToolWork;

/** How a working phase is entered and left. */
interface Routing {
  readonly next: readonly Transition[];
  readonly maxVisits?: number;
  readonly onLimit?: string;
  readonly onError?: string;
}

/** A final phase. `result` is a template value; absent means no result. */
interface EndPhase {
  readonly kind: 'end';
  readonly name: string;
  readonly outcome: 'success' | 'failure';
  readonly result?: TemplateValue;
}

export type WorkingPhase = (RoleWork | ToolWork | ParallelWork) & Routing;
export type Phase = WorkingPhase | EndPhase;
export type PhaseKind = Phase['kind'];

/** A standard operating procedure: phases and where it starts. `roles` are those that a crew must supply. */
export interface Sop {
  readonly name: string;
  readonly start: string;
  readonly roles: readonly string[];
  readonly phases: readonly Phase[];
}

/** A crew file with its SOP, lowered: defaults filled in, durations in milliseconds, references still names. */
export interface Crew {
  readonly name: string;
  readonly goal: string;
  readonly inputs: readonly InputDeclaration[];
  readonly models: readonly ModelDeclaration[];
  readonly roles: readonly Role[];
  readonly toolsets: readonly ToolsetDeclaration[];
  readonly budget: Budget;
  readonly sop: Sop;
}

/**
 * Where each part of a crew stands in its files. Keys are paths such as `roles.lead.goal` or
 * `phases.inspect.parallel.static.tool`; a path that is not written has its nearest written parent's range.
 */
export interface SourceMap {
  readonly [path: string]: SourceRange;
}
