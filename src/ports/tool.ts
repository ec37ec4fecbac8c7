import type { ToolOrigin } from '../model/effect.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ToolAnswer, ToolQuestion } from '../model/person-question.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** What a tool is given besides its arguments. `workspace` is an absolute, real path; nothing outside it is read. */
export interface ToolContext {
  readonly workspace: string;
  readonly signal: AbortSignal;
  /** Says one line to the people who watch; not part of the result. */
  readonly notice: (text: string) => void;
  /** How far the call is; shown live and not recorded. `total` is absent where the tool does not know it. */
  readonly progress?: (at: {
    readonly done: number;
    readonly total?: number;
    readonly text?: string;
  }) => void;
  /**
   * Asks a person in the middle of the call, such as a form of an MCP server. The
   * answer is undefined when nobody is there to be asked. What was asked and answered is recorded with the outcome of the call.
   */
  readonly ask?: (question: ToolQuestion) => Promise<ToolAnswer | undefined>;
  /** Puts on record that a question was declined without asking anybody, and why. */
  readonly declined?: (question: ToolQuestion, why: string) => void;
  /** The same for every try of the same call, also after a crash. */
  readonly idempotencyKey?: string;
  /** Who calls; only tools of `builtin:memory` are told. */
  readonly origin?: ToolOrigin;
}

/**
 * A tool that crews call. `call` gets arguments that already fit `spec.inputSchema`, returns plain JSON, and fails
 * with a `CrewError`; anything else it throws is reported as TOOL_FAILED with its message. It stops soon after the
 * signal aborts and leaves no child process.
 */
export interface Tool {
  readonly spec: ToolSpec;
  call(args: JsonObject, context: ToolContext): Promise<JsonValue>;
}
