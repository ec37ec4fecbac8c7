import { CrewError } from '../model/crew-error.ts';
import type { McpServer } from '../model/mcp-server.ts';
import type { CommandCall } from './command.ts';
import { declaredServers } from './list-servers.ts';
import { readCrewFile } from './read-crew-file.ts';
import { requireTrust } from './require-trust.ts';

/** Which server of which crew file is meant, for the command that was called. */
export interface DeclaredServerCall extends Pick<CommandCall, 'values' | 'terminal'> {
  readonly file: string;
  readonly alias: string;
  /** Something of the person's is sent to the server, so the file must be trusted. */
  readonly isTrusting: boolean;
}

/**
 * The MCP server behind a toolset of a crew file, whether its tools were accepted or not. Fails with FILE_NOT_FOUND, USAGE
 * when the file declares no such server, or CREW_UNTRUSTED.
 */
export async function declaredServer(call: DeclaredServerCall): Promise<McpServer> {
  const { file, alias, values, terminal, isTrusting } = call;
  const loaded = await readCrewFile(file, terminal);
  const [found] = declaredServers(loaded, alias);
  if (found === undefined) {
    const names = declaredServers(loaded).map(server => `\`${server.alias}\``);
    const servers = names.length === 0 ? 'it declares none' : `its servers are ${names.join(', ')}`;
    throw new CrewError('USAGE', `\`${file}\` declares no MCP server \`${alias}\`; ${servers}`);
  }
  if (isTrusting) await requireTrust({ file, loaded, values, terminal });
  return found.source.server;
}
