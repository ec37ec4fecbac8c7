import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** What a tool is given besides its arguments. `workspace` is an absolute, real path; nothing outside it is read. */
export interface ToolContext {
  readonly workspace: string;
  readonly signal: AbortSignal;
  /** Says one line to the people who watch; not part of the result. */
  readonly notice: (text: string) => void;
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
