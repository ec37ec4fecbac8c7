import { ProtocolError, SdkError, SdkHttpError, UnauthorizedError } from '@modelcontextprotocol/client';
import { CrewError } from '../../model/crew-error.ts';
import type { McpServer } from '../../model/mcp-server.ts';

const MAX_TEXT_LENGTH = 2000;
const MAX_CAUSES = 8;

/** Whose trouble it is: `what` begins the message, such as "`files.read` failed". */
interface FailureOf {
  readonly what: string;
  readonly alias: string;
  readonly server: McpServer;
}

/**
 * An error of the SDK in our words: a CrewError that it carries, such as that of a login, MCP_CREDENTIALS_MISSING when the server
 * wants to know who asks, MCP_UNAVAILABLE when it could not be reached, TOOL_FAILED for all else. Foreign text is cut.
 */
export function serverFailure(error: unknown, { what, alias, server }: FailureOf): CrewError {
  const carried = findCause(error, (one): one is CrewError => one instanceof CrewError);
  if (carried !== undefined) return carried;
  const text = cutText(messageOf(error));
  if (findCause(error, isUnauthorized) !== undefined) {
    const message = `${what}: the server wants to know who asks; declare \`bearer_env\` or \`oauth\` for \`${alias}\` (${text})`;
    return new CrewError('MCP_CREDENTIALS_MISSING', message, { cause: error });
  }
  const unreachable = error instanceof TypeError && server.transport.kind === 'http';
  return new CrewError(unreachable ? 'MCP_UNAVAILABLE' : 'TOOL_FAILED', `${what}: ${text}`, { cause: error });
}

/** Whether a server over HTTP said that it knows no such session, and so has not looked at the request. */
export function isLostSession(error: unknown): boolean {
  return error instanceof SdkHttpError && error.status === 404;
}

/** Foreign text as it may stand in a message: cut, and something that UTF-8 can carry. Pure. */
export function cutText(text: string): string {
  const cut = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
  return cut.toWellFormed();
}

function isUnauthorized(error: unknown): error is Error {
  return error instanceof UnauthorizedError || (error instanceof SdkHttpError && error.status === 401);
}

function findCause<Found>(error: unknown, is: (one: unknown) => one is Found): Found | undefined {
  let one = error;
  for (let at = 0; at < MAX_CAUSES && one !== undefined; at += 1) {
    if (is(one)) return one;
    one = one instanceof Error ? one.cause : undefined;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof ProtocolError) return `the server says: ${error.message} (${error.code})`;
  if (error instanceof SdkError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
