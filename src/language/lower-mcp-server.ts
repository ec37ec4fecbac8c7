import type { JsonObject, JsonValue } from '../model/json.ts';
import {
  MCP_START_TIMEOUT_MS,
  MCP_TIMEOUT_MS,
  type McpOAuth,
  type McpProtocol,
  type McpServer,
  type McpTransport,
  type Sandbox,
} from '../model/mcp-server.ts';
import { readDurationMs } from './amounts.ts';
import { asObject, asText, asTexts, compact, namedRows } from './lower-values.ts';

/**
 * Lowers what stands under `mcp`, with the defaults filled in: a started server speaks 2025-11-25, which needs no second
 * start to find out, and a remote one is asked. Reads what is well formed; the schema has reported the rest. Pure.
 */
export function lowerMcpServer(written: JsonObject): McpServer {
  const transport = lowerTransport(written);
  const sandbox = lowerSandbox(written.sandbox);
  return {
    transport,
    env: [...new Set(asTexts(written.env))].toSorted(),
    variables: textsOf(written.variables),
    protocol: lowerProtocol(written.protocol, transport),
    startTimeoutMs: readDurationMs(written.start_timeout) ?? MCP_START_TIMEOUT_MS,
    timeoutMs: readDurationMs(written.timeout) ?? MCP_TIMEOUT_MS,
    ...compact({ sandbox }),
    roots: written.roots === true,
  };
}

/** Lowers a `sandbox`; undefined when there is none. Pure. */
export function lowerSandbox(written: JsonValue | undefined): Sandbox | undefined {
  if (written === undefined) return undefined;
  const { fs, net } = asObject(written);
  return { fs: asTexts(fs), net: net === 'host' ? 'host' : 'none' };
}

function lowerTransport(written: JsonObject): McpTransport {
  if (written.url === undefined) {
    const cwd = typeof written.cwd === 'string' ? written.cwd : undefined;
    return {
      kind: 'stdio',
      command: asText(written.command),
      args: asTexts(written.args),
      ...compact({ cwd }),
    };
  }
  const bearerEnv = typeof written.bearer_env === 'string' ? written.bearer_env : undefined;
  const oauth = written.oauth === undefined ? undefined : lowerOAuth(asObject(written.oauth));
  return {
    kind: 'http',
    url: asText(written.url),
    headers: textsOf(written.headers),
    ...compact({ bearerEnv, oauth }),
  };
}

function lowerOAuth({
  issuer,
  client_id: id,
  client_secret_env: secretEnv,
  scopes,
  flow,
}: JsonObject): McpOAuth {
  const settings = {
    issuer: typeof issuer === 'string' ? issuer : undefined,
    clientId: typeof id === 'string' ? id : undefined,
    clientSecretEnv: typeof secretEnv === 'string' ? secretEnv : undefined,
    scopes: scopes === undefined ? undefined : asTexts(scopes),
  };
  return { ...compact(settings), flow: flow === 'client_credentials' ? 'client_credentials' : 'code' };
}

function lowerProtocol(written: JsonValue | undefined, { kind }: McpTransport): McpProtocol {
  if (written === 'auto' || written === '2025-11-25' || written === '2026-07-28') return written;
  return kind === 'stdio' ? '2025-11-25' : 'auto';
}

function textsOf(written: JsonValue | undefined): { readonly [name: string]: string } {
  return Object.fromEntries(
    namedRows(written).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}
