import { CrewError } from '../model/crew-error.ts';
import { acceptServers } from './accept-servers.ts';
import type { CommandCall } from './command.ts';

/** `crew tools accept FILE [SERVER]`: keeps what the servers of a crew file say of their tools, when a person accepts it. */
export async function acceptTools({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [file, alias, more] = positionals;
  if (file === undefined || more !== undefined) {
    throw new CrewError(
      'USAGE',
      'expected a crew file and perhaps one of its servers: `crew tools accept FILE [SERVER]`',
    );
  }
  const servers = await acceptServers({ file, alias, values, terminal });
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, file, servers }, null, 2)}\n`);
    return 0;
  }
  const locks = [...new Set(servers.map(({ lock }) => lock))];
  terminal.stderr(`Accepted, and kept in ${locks.join(', ')}, which belongs into version control.\n`);
  return 0;
}
