import type { CrewMemory, RoleMemory } from './crew-memory.ts';
import type { SourceRange } from './diagnostic.ts';
import type { JsonObject, JsonSchema, JsonValue } from './json.ts';
import type { McpServer, Sandbox } from './mcp-server.ts';
import type { PolicyRule } from './policy.ts';
import type { UsedPrompt } from './prompt-file.ts';
import type { Reflection } from './reflection.ts';
import type { ToolSpec } from './tool-spec.ts';

/** One typed input of a crew; without `default` it must be given. `schema` is the declaration as a JSON Schema. */
export interface InputDeclaration {
  readonly name: string;
  readonly schema: JsonObject;
  readonly required: boolean;
  readonly default?: JsonValue;
  readonly description?: string;
}

/**
 * A model alias of a crew. `use` is `auto` or `provider:name`; limits left out are the provider's row. `fallbacks` are
 * tried after `use`, in order, when a provider fails for good; there is at least one when they are there.
 */
export interface ModelDeclaration {
  readonly name: string;
  readonly use: string;
  readonly fallbacks?: readonly string[];
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** The most tokens of one request, as the author knows it. */
  readonly contextTokens?: number;
}

/** A role: who works, with which model and which tools. `tools` are grants: a toolset (`git`) or one tool (`git.diff`); bundles are written out. */
export interface Role {
  readonly name: string;
  readonly goal: string;
  readonly backstory?: string;
  readonly model: string;
  readonly tools: readonly string[];
  /** The ceiling of everything that its calls spend in one run of its crew; without `timeMs`. */
  readonly budget?: Budget;
  readonly memory?: RoleMemory;
  /** The role of the crew that plays this role of its procedure, where `sop.roles` gives it another name. */
  readonly playedBy?: string;
}

/** A toolset that the crew declares: an alias and where it comes from. */
export interface ToolsetDeclaration {
  readonly name: string;
  readonly source: BuiltinSource | ModuleSource | McpSource;
}

/** A toolset of ours. `sandbox` is what its programs may see; only `shell` has one. */
interface BuiltinSource {
  readonly kind: 'builtin';
  readonly name: string;
  readonly sandbox?: Sandbox;
}

/**
 * An MCP server that the crew's author named. `identity` is `serverIdentity` of it; `tools` are its specs under the alias as
 * `crew.lock` pins them, empty while nobody has accepted them.
 */
export interface McpSource {
  readonly kind: 'mcp';
  readonly server: McpServer;
  readonly identity: string;
  readonly tools: readonly ToolSpec[];
}

/**
 * A JavaScript or TypeScript module of the crew's author. `path` is relative to the current folder, `sha256` that of its
 * text in UTF-8 when it was read, in hex; both are empty when it could not be read. `tools` are its specs under the alias.
 */
export interface ModuleSource {
  readonly kind: 'module';
  readonly path: string;
  readonly sha256: string;
  readonly tools: readonly ToolSpec[];
}

/** Hard ceilings of a run, or of a part of one; an absent one is unlimited. Money in millionths of a US dollar. */
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
  /** Asked instead of the role's own model. */
  readonly model?: string;
}

/** One deterministic tool call. `tool` is `<toolset>.<tool>`. */
export interface ToolWork extends WorkBase {
  readonly kind: 'tool';
  readonly tool: string;
  readonly with: { readonly [argument: string]: TemplateValue };
}

/** When a `parallel` or `each` is done: with all of its parts, with the first one, or with so many of them. */
export type Join = 'all' | 'any' | number;

/**
 * Branches at once; the artifact is an object with one key for each branch, null for those that `join` did not wait
 * for. `concurrency` is how many work at the same time; absent means all.
 */
export interface ParallelWork extends WorkBase {
  readonly kind: 'parallel';
  readonly branches: readonly BranchWork[];
  readonly join?: Join;
  readonly concurrency?: number;
}

/** How the next speaker of a conversation is chosen among those that the transitions allow. */
export type SpeakerChoice = 'round_robin' | 'random' | 'selector' | 'handoff' | 'rules';

/** Ends a conversation when all that is given holds after a reply. Spans in milliseconds. */
export interface TalkEnding {
  /** A Liquid condition that may read `reply`, `speaker`, `turn` and `thread`. */
  readonly when?: string;
  /** Text that the reply contains. */
  readonly text?: string;
  readonly tokens?: number;
  readonly timeMs?: number;
  /** So many replies in a row that say nothing new. */
  readonly noProgressTurns?: number;
}

/** A model with a prompt of its own; without `prompt` the built-in one is used. `model` is an alias or a use. */
export interface PromptedModel {
  readonly model: string;
  readonly prompt?: string;
}

/**
 * Roles converse until one of `until` holds or `maxTurns` replies were given; then `by` writes the artifact in one
 * more turn. The first of `roles` opens. `transitions` is complete: for each role those who may speak after it.
 */
export interface TalkWork extends WorkBase {
  readonly kind: 'talk';
  /** Who takes part: roles, and names of `inner`, which come before roles of the same name. */
  readonly roles: readonly string[];
  readonly task: string;
  readonly speaker: SpeakerChoice;
  readonly transitions: { readonly [role: string]: readonly string[] };
  readonly until: readonly TalkEnding[];
  readonly maxTurns: number;
  readonly by: string;
  /** The schema of each reply; text when absent. */
  readonly reply?: JsonSchema;
  /** Present exactly when `speaker` is `selector`. */
  readonly selector?: PromptedModel;
  /** For `speaker: rules`: the first that holds and is allowed says who speaks. */
  readonly rules: readonly Transition[];
  /** Who hears a role; `shared`: everybody hears everybody, `private`: only whoever speaks next. */
  readonly audience: 'shared' | 'private' | { readonly [role: string]: readonly string[] };
  /**
   * Conversations that stand for a participant, by its name, which is the `name` of each too. When it speaks, such a
   * conversation is held from its beginning; what its `by` writes, in the form of `output`, is the reply. `output` is
   * the outer `reply` when there is one. Its `task` may read `reply`, `speaker`, `turn` and `thread` of the outer one.
   * None has an `inner`, a `retry` or a timeout of its own. Look one up with `innerTalk`.
   */
  readonly inner?: { readonly [participant: string]: TalkWork };
}

/** A manager role delegates to workers, accepts their results or sends them back, and delivers the artifact. */
export interface ManageWork extends WorkBase {
  readonly kind: 'manage';
  readonly role: string;
  readonly workers: readonly string[];
  readonly task: string;
  /** Delegations, questions and works sent back, all together. */
  readonly maxDelegations: number;
  /** Model turns of the manager. */
  readonly maxTurns: number;
  /** Model turns of a worker in one delegation. */
  readonly maxWorkerTurns: number;
  /** How many workers may be at work at the same time. */
  readonly concurrency: number;
}

/** One prompt to several models at once, then a summarizer or a vote. Models are aliases or uses. */
export interface AskWork extends WorkBase {
  readonly kind: 'ask';
  readonly prompt: string;
  readonly models: readonly string[];
  /** May read `question` and `answers`, a list of `{ model, answer }`. */
  readonly summarizer?: PromptedModel;
  /** `majority` needs no further call; `judge` lets the summarizer choose. */
  readonly vote?: 'majority' | 'judge';
  /** Fewer answers than this fail the phase. */
  readonly minAnswers: number;
}

/** One step of a chain; its response is `previous_response` of the next one, and is known by `name` to all later ones. */
interface ChainStep {
  readonly name: string;
  readonly model: string;
  readonly promptTemplate: string;
}

/** Prompts one after another; the artifact is the last response. */
export interface ChainWork extends WorkBase {
  readonly kind: 'chain';
  readonly steps: readonly ChainStep[];
}

/**
 * The same work for each item of a list; the artifact is the list of results in the order of the items, null for an
 * item that failed and was kept or that `join` did not wait for. A list longer than `max` fails the phase.
 */
export interface EachWork extends WorkBase {
  readonly kind: 'each';
  readonly list: TemplateValue;
  /** The name of the item in the templates of `work`; its place, from 0, is `index`. */
  readonly as: string;
  readonly max: number;
  readonly concurrency: number;
  readonly join: Join;
  readonly onItemError: 'keep' | 'fail';
  readonly work: BranchWork;
}

/**
 * A question to a person; the artifact is `{ choice, text }`, null for what was not given. When the timeout passes, the
 * answer is `default`; without one the phase fails.
 */
export interface HumanWork extends WorkBase {
  readonly kind: 'human';
  readonly question: string;
  /** Empty when only free text is asked for. */
  readonly choices: readonly string[];
  readonly freeText: boolean;
  readonly default?: string;
}

/** Another crew or SOP as one phase; the artifact is its result. */
export interface CrewWork extends WorkBase {
  readonly kind: 'crew';
  /** The path of the file, relative to the current folder. */
  readonly file: string;
  readonly inputs: { readonly [input: string]: TemplateValue };
  /** For a SOP: its roles to those of this crew. */
  readonly roles: { readonly [role: string]: string };
  /** Which kind of file it is; absent in a broken one, as `crew` is. */
  readonly holds?: 'crew' | 'sop';
  /** What the file holds; a SOP is in it as a crew with this one's models, tools and players. */
  readonly crew?: Crew;
}

/** What may stand in a branch and in `do`. */
export type BranchWork = RoleWork | ToolWork | AskWork | ChainWork | CrewWork;

/** How a working phase is entered and left. */
interface Routing {
  readonly next: readonly Transition[];
  readonly maxVisits?: number;
  readonly onLimit?: string;
  readonly onError?: string;
  /** The ceiling of all its visits in one run of its procedure, with everything that is done inside. */
  readonly budget?: Budget;
  readonly reflect?: Reflection;
  /**
   * Artifacts that this phase watches. After every phase that completes, the first subscriber (in the order of the
   * file) is entered that has visits left, all of whose artifacts are there, and one of which is newer than its last
   * visit; `next` is taken when there is none. A subscriber always has `maxVisits`.
   */
  readonly subscribe?: readonly string[];
  /** Present when the artifact may hold words of strangers. */
  readonly untrusted?: Untrusted;
}

/**
 * Which tools must not be called by whoever reads an artifact, or what was made of it: those of `notTo` (`mail.*`), else all
 * that may change something. What a person answers is trusted again.
 */
export interface Untrusted {
  readonly notTo?: readonly string[];
}

/**
 * By the path of a piece of work (a phase, a branch as `split.docs`) the tools that must not be called there, because its
 * templates read what comes from an untrusted artifact, and which phase that is: `build/fetch` is one of the crew in `build`.
 */
export interface RefusedTools {
  readonly [work: string]: { readonly [tool: string]: string };
}

/** A final phase. `result` is a template value; absent means no result. `subscribe` is as that of a working phase. */
interface EndPhase {
  readonly kind: 'end';
  readonly name: string;
  readonly outcome: 'success' | 'failure';
  readonly result?: TemplateValue;
  readonly subscribe?: readonly string[];
}

/** What a phase does, without its ways in and out. */
export type PhaseWork = BranchWork | ParallelWork | TalkWork | ManageWork | EachWork | HumanWork;
export type WorkingPhase = PhaseWork & Routing;
export type Phase = WorkingPhase | EndPhase;
export type PhaseKind = Phase['kind'];

/** A standard operating procedure: phases and where it starts. `roles` are those that a crew must supply. */
export interface Sop {
  readonly name: string;
  readonly start: string;
  readonly roles: readonly string[];
  /** Inputs that templates of this procedure read; absent when it declares none and reads those of its crew. */
  readonly inputs?: readonly InputDeclaration[];
  readonly phases: readonly Phase[];
}

/**
 * The artifact of `phase` has a `text`, which stands for the crew's input of that name from then on. Until then templates
 * read what the run was given.
 */
export interface InputRewrite {
  readonly phase: string;
  readonly input: string;
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
  /** Rules of the author, by the crew's own aliases. They only narrow what the user's policy allows; absent when none. */
  readonly policy?: readonly PolicyRule[];
  readonly memory?: CrewMemory;
  /** What untrusted artifacts keep from being called; absent when nothing is. */
  readonly refused?: RefusedTools;
  /** Which prompt files stand at which places; absent when none is used. The texts are there by value. */
  readonly prompts?: readonly UsedPrompt[];
  readonly sop: Sop;
  /** Which phase says an input again before the rest begins; absent when none does. */
  readonly rewrites?: InputRewrite;
  /** Values for the inputs of the procedure, over the crew's `inputs`; what is not bound is the crew's of that name. */
  readonly bindings?: { readonly [input: string]: TemplateValue };
}

/**
 * Where each part of a crew stands in its files. Keys are paths such as `roles.lead.goal` or
 * `phases.inspect.parallel.static.tool`; a path that is not written has its nearest written parent's range.
 */
export interface SourceMap {
  readonly [path: string]: SourceRange;
}
