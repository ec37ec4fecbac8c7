import { resolve } from 'node:path';
import type { McpServer, McpTransport } from '../../model/mcp-server.ts';
import { sandboxedProgram } from '../sandbox/sandboxed-program.ts';
import { serverEnvironment } from './server-environment.ts';
import type { ServerStart } from './server-process.ts';

type StdioDeclaration = Extract<McpTransport, { kind: 'stdio' }>;

/**
 * How a declared server is started: in the workspace unless it says where, and in its sandbox when it has one. Fails with
 * SANDBOX_MISSING, TOOL_MISSING or TOOL_FAILED when that cannot be made.
 */
export async function stdioStart(
  server: McpServer,
  { command, args, cwd }: StdioDeclaration,
  around: { readonly workspace: string; readonly env: { readonly [name: string]: string | undefined } },
): Promise<Pick<ServerStart, 'command' | 'args' | 'cwd' | 'env'>> {
  const env = serverEnvironment(server, around.env);
  const folder = cwd === undefined ? around.workspace : resolve(around.workspace, cwd);
  const { sandbox } = server;
  if (sandbox === undefined) return { command, args, cwd: folder, env };
  const program = { command, args, cwd: folder, env };
  return { ...(await sandboxedProgram({ program, sandbox, workspace: around.workspace })), env };
}
