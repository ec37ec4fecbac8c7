import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { ListedTool } from '../../model/mcp-listing.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import type { ToolContext } from '../../ports/tool.ts';
import { startDeadline } from './call-deadline.ts';
import type { Connection, LiveServer } from './connection.ts';
import { EXTRA_TOOLS } from './extra-tools.ts';
import type { McpToolsOptions } from './mcp-tools.ts';
import type { OpenCall, OpenCalls } from './open-call.ts';
import type { Session } from './open-session.ts';
import { assertPinned } from './pin-check.ts';
import { sendRequest } from './send-request.ts';
import { isLostSession, serverFailure } from './server-failure.ts';
import { limited, toolResult } from './tool-result.ts';

/** A call whose server tells that it gets on may take so many times as long in all. */
const WITH_PROGRESS = 10;

/** One call of one tool. */
interface ServerCall {
  readonly spec: ToolSpec;
  readonly args: JsonObject;
  readonly context: ToolContext;
  readonly calls: OpenCalls;
  readonly connection: Connection;
  readonly options: McpToolsOptions;
}

/**
 * Calls a tool of a server: opens the connection, compares the pin, sends the call once and gives its result. Only a server
 * over HTTP that says it knows no such session, and so has not looked at the call, is asked again in a new one.
 */
export async function callServer(made: ServerCall): Promise<JsonValue> {
  const { context, connection, spec, options } = made;
  if (context.signal.aborted) throw stopped(spec, context.signal);
  for (let isSecond = false; ; isSecond = true) {
    let session: Session | undefined;
    try {
      const live = await connection.live(context.signal).catch(notBegun);
      ({ session } = live);
      return await callLive(made, live);
    } catch (error) {
      if (context.signal.aborted) throw stopped(spec, context.signal);
      const isLost = session !== undefined && isLostSession(error);
      if (session !== undefined && isLost) connection.drop(session);
      if (isLost && !isSecond) continue;
      const failure = error instanceof CrewError ? error : callFailure(error, session, { spec, options });
      // Who is not let in has done nothing.
      if (failure.code === 'MCP_LOGIN_NEEDED') return notBegun(failure);
      throw failure;
    }
  }
}

async function callLive(
  { spec, args, context, calls, options }: ServerCall,
  live: LiveServer,
): Promise<JsonValue> {
  const { session } = live;
  const behind = toolBehind(spec, options, live);
  const stop = new AbortController();
  const onAbort = (): void => stop.abort('the call was stopped');
  const { timeoutMs } = options.server;
  const deadline = startDeadline({ silentMs: timeoutMs, totalMs: WITH_PROGRESS * timeoutMs }, () =>
    stop.abort('the time of the call is over'),
  );
  const call: OpenCall = { context, deadline, questions: 0 };
  calls.add(call);
  context.signal.addEventListener('abort', onAbort, { once: true });
  if (context.signal.aborted) onAbort();
  const request = { session, call, signal: stop.signal, options };
  try {
    if (behind.kind === 'extra') return limited(spec, await behind.run({ ...request, args }));
    const { tool } = behind;
    const params = { name: tool.name, arguments: args };
    const result = await sendRequest({ ...request, method: 'tools/call', params, tool });
    return toolResult(spec, result, options.misfit);
  } catch (error) {
    const expiredMs = deadline.expiredAfterMs();
    if (expiredMs === undefined) throw error;
    throw new CrewError('MCP_UNAVAILABLE', `\`${spec.name}\` did not answer within ${expiredMs} ms`, {
      cause: error,
    });
  } finally {
    deadline.end();
    calls.delete(call);
    context.signal.removeEventListener('abort', onAbort);
  }
}

/** Nothing was sent to the server yet. */
function notBegun(error: unknown): never {
  if (!(error instanceof CrewError)) throw error;
  const { code, message, retryAfterMs } = error;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  throw new CrewError(code, message, { cause: error, ...wait, notBegun: true });
}

type Behind =
  | { readonly kind: 'tool'; readonly tool: ListedTool }
  | { readonly kind: 'extra'; readonly run: NonNullable<ReturnType<typeof EXTRA_TOOLS.get>> };

/** What a name stands for now. Fails with TOOL_UNKNOWN or TOOL_CHANGED. */
function toolBehind(spec: ToolSpec, { identity, alias }: McpToolsOptions, { list }: LiveServer): Behind {
  const name = spec.remoteName ?? spec.name.slice(alias.length + 1);
  const run = spec.pin === undefined ? EXTRA_TOOLS.get(name) : undefined;
  const tool = list.tools.find(one => one.name === name);
  if (run !== undefined && tool === undefined) return { kind: 'extra', run };
  if (tool === undefined) {
    const why = list.problems.find(problem => problem.startsWith(`${JSON.stringify(name)} `));
    const message = `the server \`${alias}\` no longer has a tool \`${name}\``;
    throw new CrewError('TOOL_UNKNOWN', why === undefined ? message : `${message} that can be used: ${why}`);
  }
  try {
    assertPinned(spec, identity, tool);
  } catch (error) {
    return notBegun(error);
  }
  return { kind: 'tool', tool };
}

function callFailure(
  error: unknown,
  session: Session | undefined,
  { spec, options }: Pick<ServerCall, 'spec' | 'options'>,
): CrewError {
  const { alias, server } = options;
  const why = session?.ended();
  if (why !== undefined) {
    return new CrewError('MCP_UNAVAILABLE', `\`${spec.name}\` failed, for its server is gone: ${why}`, {
      cause: error,
    });
  }
  return serverFailure(error, { what: `\`${spec.name}\` failed`, alias, server });
}

function stopped({ name }: ToolSpec, signal: AbortSignal): CrewError {
  const reason: unknown = signal.reason;
  if (reason instanceof CrewError) return reason;
  return new CrewError('TOOL_FAILED', `\`${name}\` was stopped before it finished`, { cause: reason });
}
