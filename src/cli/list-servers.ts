import { realpathSync } from 'node:fs';
import type { LoadedCrew } from '../language/load-crew.ts';
import type { McpSource } from '../model/crew.ts';
import type { McpListing } from '../model/mcp-listing.ts';
import type { Terminal } from './command.ts';
import { openMcpLogin } from './mcp-login.ts';
import { loadMcpLock, loadMcpTools } from './wire.ts';

/** An MCP server as a crew file declares it. */
export interface DeclaredMcp {
  readonly alias: string;
  /** The crew file that declares it. */
  readonly file: string;
  readonly source: McpSource;
}

/** The MCP servers of a crew file and of those inside it; of one alias only, when it is given. Pure. */
export function declaredServers(
  { toolsets }: Pick<LoadedCrew, 'toolsets'>,
  alias?: string,
): readonly DeclaredMcp[] {
  return toolsets.flatMap(({ name, file, source }) =>
    source.kind === 'mcp' && (alias === undefined || alias === name) ? [{ alias: name, file, source }] : [],
  );
}

/**
 * Starts one server, or connects to it, and asks what it offers; tools with schemas that no value can be held against are
 * left out. Fails as `listMcpTools` does.
 */
export async function askServer(
  { alias, source }: DeclaredMcp,
  { workspace, terminal }: { readonly workspace: string; readonly terminal: Terminal },
): Promise<McpListing> {
  const [{ listMcpTools }, { foreignSchemaProblem }] = await Promise.all([loadMcpTools(), loadMcpLock()]);
  const authorize = await openMcpLogin({ server: source.server }, terminal);
  return listMcpTools({
    alias,
    server: source.server,
    workspace: realpathSync(workspace),
    env: terminal.env,
    schemaProblem: foreignSchemaProblem,
    ...(authorize === undefined ? {} : { authorize }),
  });
}
