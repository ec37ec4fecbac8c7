import { join } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { McpOAuth, McpServer } from '../model/mcp-server.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { McpLogin } from '../tools/mcp/oauth/create-mcp-authorization.ts';
import type { LoginPerson } from '../tools/mcp/oauth/login-settings.ts';
import type { TokenStore } from '../tools/mcp/oauth/token-store.ts';
import type { Terminal } from './command.ts';
import { userFolder } from './user-folder.ts';
import { loadMcpLogin } from './wire.ts';

/** A server that may want a login, and how its login is asked for. */
export interface LoginOfServer {
  readonly server: McpServer;
  /** Who can log in now; in a run nobody. */
  readonly person?: LoginPerson;
  readonly moreScopes?: readonly string[];
}

/** The logins of the person who calls us. */
export async function openTokenStore(terminal: Terminal): Promise<TokenStore> {
  const { createTokenStore } = await loadMcpLogin();
  const file = join(userFolder(terminal), 'tokens', 'mcp.json');
  return createTokenStore(file, text => terminal.stderr(`${sanitizeText(text, { keepNewlines: false })}\n`));
}

/**
 * How requests to a server over HTTP are sent, with the login of this person; undefined for a server that needs none of
 * it: one that we start, or one with a token in its headers or in a variable. Fails with MCP_CREDENTIALS_MISSING when the
 * variable of the client's secret is not set.
 */
export async function openMcpLogin(
  { server: { transport }, person, moreScopes }: LoginOfServer,
  terminal: Terminal,
): Promise<McpLogin | undefined> {
  if (transport.kind !== 'http' || transport.bearerEnv !== undefined) return undefined;
  if (Object.keys(transport.headers).some(name => name.toLowerCase() === 'authorization')) return undefined;
  const { createMcpAuthorization, MCP_LIMITS } = await loadMcpLogin();
  const oauth: McpOAuth = transport.oauth ?? { flow: 'code' };
  const clientSecret = secretOf(oauth, terminal);
  return createMcpAuthorization({
    serverUrl: transport.url,
    oauth,
    store: await openTokenStore(terminal),
    now: Date.now,
    limits: MCP_LIMITS,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(person === undefined ? {} : { person }),
    ...(moreScopes === undefined ? {} : { moreScopes }),
  });
}

function secretOf({ clientSecretEnv: name }: McpOAuth, { env }: Terminal): string | undefined {
  if (name === undefined) return undefined;
  const secret = env[name];
  if (secret !== undefined && secret !== '') return secret;
  throw new CrewError(
    'MCP_CREDENTIALS_MISSING',
    `the secret of the client is expected in \`${name}\`, which is not set`,
  );
}
