import type { JsonSchema, JsonValue } from '../../model/json.ts';
import type { McpServer } from '../../model/mcp-server.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import type { Tool } from '../../ports/tool.ts';
import { answerElicitation } from './answer-elicitation.ts';
import { callServer } from './call-server.ts';
import { type Connection, createConnection } from './connection.ts';
import type { McpAuthorization } from './mcp-authorization.ts';
import { limitNotices } from './notice-limit.ts';
import { latestCall, type OpenCalls } from './open-call.ts';
import { unsetVariables } from './server-environment.ts';

/** One MCP server as a run knows it. */
export interface McpToolsOptions {
  /** The toolset's name in the crew. */
  readonly alias: string;
  readonly server: McpServer;
  /** `serverIdentity` of the declaration; part of every pin. */
  readonly identity: string;
  /** What the lock says: the server's tools, each with its `pin`, and those of `mcpExtraSpecs`, which have none. */
  readonly specs: readonly ToolSpec[];
  /** An absolute, real path; where a server is started, and all that a root tells it. */
  readonly workspace: string;
  /** The variables that `server.env` and `bearerEnv` name are read here; the whole environment of this process will do. */
  readonly env: { readonly [name: string]: string | undefined };
  /** For a server over HTTP: the guarded fetch, and its login. */
  readonly authorize?: McpAuthorization;
  /** Says one line of what happens outside of calls, such as a server's log. Foreign text: cut, but not sanitised. */
  readonly notice: (text: string) => void;
  /** Says how a value does not fit a schema; undefined when it fits. This room knows no JSON Schema. */
  readonly misfit: (schema: JsonSchema, value: JsonValue) => string | undefined;
}

/** The tools of one server by name as the crew calls them, and the end of its process or session. */
export interface McpTools {
  readonly tools: ReadonlyMap<string, Tool>;
  /** Ends what still runs within a few seconds, open calls fail; later calls fail too. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Makes tools of an MCP server. It is started, or connected to, with the first call, once for all of them, and once again
 * after it has ended; before a call what it says of the tool is compared with the pin. Calls fail with TOOL_CHANGED,
 * TOOL_UNKNOWN (gone), TOOL_MISSING (no such program), SANDBOX_MISSING, MCP_CREDENTIALS_MISSING,
 * MCP_UNAVAILABLE (it does not start, does not answer or is gone) or TOOL_FAILED. A call is never sent twice.
 */
export function createMcpTools(options: McpToolsOptions): McpTools {
  const calls: OpenCalls = new Set();
  const notice = limitNotices(text => (latestCall(calls)?.context.notice ?? options.notice)(text));
  let unset = unsetVariables(options.server, options.env);
  const tellUnset = (): void => {
    for (const text of unset) notice(`${options.alias}: ${text}`);
    unset = [];
  };
  const connection: Connection = createConnection({
    ...options,
    authorize: options.authorize,
    listens: true,
    prepare: client => {
      tellUnset();
      client.setRequestHandler('elicitation/create', async ({ params }) => ({
        ...(await answerElicitation(params, latestCall(calls), options)),
      }));
      client.setNotificationHandler('notifications/message', ({ params }) => {
        notice(`${options.alias}: ${logText(params.data)}`);
      });
      client.setNotificationHandler('notifications/tools/list_changed', () => connection.changed());
    },
  });
  const tools = options.specs.map((spec): readonly [string, Tool] => [
    spec.name,
    { spec, call: (args, context) => callServer({ spec, args, context, calls, connection, options }) },
  ]);
  return { tools: new Map(tools), close: () => connection.close().catch(() => undefined) };
}

function logText(data: unknown): string {
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
}
