import { spawn } from 'node:child_process';
import type { Terminal } from './command.ts';

/**
 * Shows an http or https address in the person's browser: the program that `BROWSER` names, else the one of the system. No
 * shell sees the address. Resolves at once with whether a program was started; never fails.
 */
export async function openBrowser(url: string, { env }: Pick<Terminal, 'env'>): Promise<boolean> {
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol)) return false;
  const [program, ...args] = browserCommand(env.BROWSER, address.href);
  if (program === undefined) return false;
  const child = spawn(program, args, { stdio: 'ignore', detached: true, windowsHide: true });
  child.unref();
  return await new Promise(resolve => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
}

/** `BROWSER` may hold several commands, of which the first counts, and an address may stand in it as `%s`. Pure. */
function browserCommand(chosen: string | undefined, url: string): readonly string[] {
  const words = (chosen ?? '').split(':')[0]?.trim().split(/\s+/).filter(Boolean) ?? [];
  if (words.length > 0) {
    return words.some(word => word.includes('%s'))
      ? words.map(word => word.replaceAll('%s', url))
      : [...words, url];
  }
  if (process.platform === 'darwin') return ['open', url];
  // `start` is a word of the shell there; this does the same without one.
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return ['xdg-open', url];
}
