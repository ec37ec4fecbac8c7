import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Terminal } from './command.ts';

/** Where a person keeps settings and logins of this program: `$XDG_CONFIG_HOME/crew`, else `~/.config/crew`. */
export function userFolder({ env }: Pick<Terminal, 'env'>): string {
  const { XDG_CONFIG_HOME: chosen = '', HOME } = env;
  // The XDG specification says to ignore a relative path.
  return join(isAbsolute(chosen) ? chosen : join(HOME || homedir(), '.config'), 'crew');
}

/** Where what a person's crews remember for all projects is kept. */
export function ownMemoryPlace(terminal: Pick<Terminal, 'env'>): string {
  return join(userFolder(terminal), 'memory');
}
