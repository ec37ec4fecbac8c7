import { CrewError } from '../../model/crew-error.ts';
import { isLoopbackHost } from '../../model/loopback-host.ts';
import {
  MCP_START_TIMEOUT_MS,
  MCP_TIMEOUT_MS,
  type McpOAuth,
  type McpServer,
} from '../../model/mcp-server.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { LoginPerson } from '../../tools/mcp/oauth/login-settings.ts';
import type { Grant } from '../../tools/mcp/oauth/token-store.ts';
import { type Command, type CommandCall, type Terminal, textFlag, textFlags } from '../command.ts';
import { declaredServer } from '../declared-server.ts';
import { openMcpLogin, openTokenStore } from '../mcp-login.ts';
import { openBrowser } from '../open-browser.ts';
import { loadMcpLogin } from '../wire.ts';

/** A person looks for a password, a second factor and a page that asks for leave. */
const LOGIN_TIMEOUT_MS = 300_000;

/** `crew mcp login|logout|status`: logins to remote MCP servers with OAuth 2.1. */
export const mcpCommand: Command = {
  name: 'mcp',
  usage: 'mcp login|logout|status [SERVER]',
  summary: 'log in to a remote MCP server, and out',
  verbs: [
    {
      name: 'login',
      usage: 'mcp login URL|FILE [ALIAS]',
      summary: 'log in to a server by its address, or as a crew file names it',
      flags: ['paste', 'scope', 'client-id', 'client-secret-env', 'port'],
    },
    { name: 'logout', usage: 'mcp logout URL|FILE [ALIAS]', summary: 'forget the login, here and there' },
    { name: 'status', usage: 'mcp status', summary: 'where you are logged in' },
  ],
  flags: {
    paste: {
      type: 'boolean',
      help: 'login: paste the address of the last page, when the browser is elsewhere',
    },
    scope: { type: 'string', multiple: true, value: 'SCOPES', help: 'login: ask for these scopes too' },
    'client-id': {
      type: 'string',
      value: 'ID',
      help: 'login to an address: the client that was registered by hand, or the https address of its document',
    },
    'client-secret-env': { type: 'string', value: 'NAME', help: 'login: the variable with its secret' },
    port: { type: 'string', value: 'N', help: 'login: the port of 127.0.0.1 that the browser comes back to' },
  },
  run: call => {
    const [verb, ...rest] = call.positionals;
    if (verb === 'login') return logIn(call, rest);
    if (verb === 'logout') return logOut(call, rest);
    if (verb === 'status' && rest.length === 0) return status(call);
    throw new CrewError('USAGE', 'expected `crew mcp login`, `crew mcp logout` or `crew mcp status`');
  },
};

async function logIn(call: CommandCall, target: readonly string[]): Promise<number> {
  const { terminal, values } = call;
  const server = await serverAt(call, target, true);
  refusePlainHttp(server);
  const person = await loginPerson(call);
  const moreScopes = textFlags(values, 'scope')
    .flatMap(list => list.split(/\s+/))
    .filter(Boolean);
  const login = await openMcpLogin({ server, person, moreScopes }, terminal);
  if (login === undefined) {
    throw new CrewError(
      'USAGE',
      'this server is not logged in to: it is started here, or has its token already',
    );
  }
  const grant = await login.logIn();
  terminal.stderr(`${shown(`Logged in to ${grant.server} by ${grant.issuer}, for ${scopeOf(grant)}.`)}\n`);
  if (values.json === true)
    terminal.stdout(`${JSON.stringify({ version: 1, login: rowOf(grant) }, null, 2)}\n`);
  return 0;
}

/** As a crew file is refused that names such a server: whoever is on the way would read the token. */
function refusePlainHttp({ transport }: McpServer): void {
  if (transport.kind !== 'http') return;
  const { protocol, hostname } = new URL(transport.url);
  if (protocol === 'https:' || isLoopbackHost(hostname)) return;
  const message = `\`${hostname}\` would be spoken to over plain \`http:\`, which is for this machine only; expected an https address`;
  throw new CrewError('USAGE', message);
}

async function logOut(
  { terminal, values, ...call }: CommandCall,
  target: readonly string[],
): Promise<number> {
  const server = await serverAt({ ...call, terminal, values }, target, false);
  const { logOut: forget } = await loadMcpLogin();
  const serverUrl = server.transport.kind === 'http' ? server.transport.url : '';
  const forgotten = await forget({ store: await openTokenStore(terminal), serverUrl });
  if (values.json === true) {
    const rows = forgotten.map(({ grant, withdrawn }) => ({ ...rowOf(grant), withdrawn }));
    terminal.stdout(`${JSON.stringify({ version: 1, loggedOut: rows }, null, 2)}\n`);
  }
  for (const { grant, withdrawn } of forgotten) {
    const there = withdrawn ? `${grant.issuer} was told` : `${grant.issuer} could not be told`;
    terminal.stderr(`${shown(`Logged out of ${grant.server}; ${there}.`)}\n`);
  }
  if (forgotten.length === 0) terminal.stderr(`${shown(`You are not logged in to ${serverUrl}.`)}\n`);
  return 0;
}

async function status({ terminal, values }: CommandCall): Promise<number> {
  const { grants } = await (await openTokenStore(terminal)).read();
  const rows = grants.map(rowOf).toSorted((left, right) => (left.server < right.server ? -1 : 1));
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, logins: rows }, null, 2)}\n`);
    return 0;
  }
  if (rows.length === 0) terminal.stderr('You are logged in nowhere; `crew mcp login URL` logs in.\n');
  for (const row of rows) {
    const until = row.refreshable
      ? 'renewed by itself'
      : `until ${row.expires ?? 'the server says otherwise'}`;
    terminal.stdout(`${shown(`${row.server}  by ${row.issuer}  ${row.scope ?? 'no scopes'}  ${until}`)}\n`);
  }
  return 0;
}

/** What may be shown of a login: everything but its tokens. */
function rowOf({ server, issuer, resource, clientId, scope, expiresAt, refreshToken }: Grant) {
  const expires = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString();
  return { server, issuer, resource, clientId, scope, expires, refreshable: refreshToken !== undefined };
}

function scopeOf({ scope }: Grant): string {
  return scope === undefined ? 'no named scopes' : scope;
}

/** An address as it stands on the command line, or the server of a crew file. */
async function serverAt(
  call: CommandCall,
  target: readonly string[],
  isTrusting: boolean,
): Promise<McpServer> {
  const [first, alias, ...more] = target;
  if (first === undefined || more.length > 0) throw new CrewError('USAGE', 'expected URL, or FILE ALIAS');
  if (alias !== undefined) return declaredServer({ ...call, file: first, alias, isTrusting });
  const url = URL.parse(first);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CrewError(
      'USAGE',
      `expected the http or https address of a server, or FILE ALIAS, and found \`${first}\``,
    );
  }
  const clientId = textFlag(call.values, 'client-id');
  const clientSecretEnv = textFlag(call.values, 'client-secret-env');
  const oauth: McpOAuth = {
    flow: 'code',
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecretEnv === undefined ? {} : { clientSecretEnv }),
  };
  return {
    transport: { kind: 'http', url: first, headers: {}, oauth },
    ...{ env: [], variables: {}, protocol: 'auto', roots: false },
    ...{ startTimeoutMs: MCP_START_TIMEOUT_MS, timeoutMs: MCP_TIMEOUT_MS },
  };
}

async function loginPerson({ values, terminal }: CommandCall): Promise<LoginPerson> {
  const { loopbackPerson, pastingPerson } = await loadMcpLogin();
  const port = portOf(textFlag(values, 'port'));
  const agreed = port === undefined ? {} : { port };
  if (values.paste === true) {
    const paste = (): Promise<string | undefined> =>
      terminal.readLine('Address of the page where the browser ended: ', new AbortController().signal);
    return pastingPerson({ ...agreed, paste, show: url => showAddress(url, terminal) });
  }
  const show = (url: string): void => {
    showAddress(url, terminal);
    if (terminal.interactive) void openBrowser(url, terminal);
  };
  return loopbackPerson({ ...agreed, timeoutMs: LOGIN_TIMEOUT_MS, show });
}

function showAddress(url: string, terminal: Terminal): void {
  terminal.stderr(`${shown(`Log in at ${new URL(url).host}:`)}\n${shown(url)}\n`);
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new CrewError('USAGE', `expected \`--port\` between 1 and 65535, and found \`${text}\``);
}

function shown(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
