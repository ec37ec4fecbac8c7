import { lstat, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { CrewError } from '../model/crew-error.ts';

/** The Linux kernel gives up after as many links. */
const MAX_LINKS = 40;

/**
 * The real path that a path of a tool call stands for, with every symbolic link resolved, also when the last parts do
 * not exist. A relative path counts from the workspace. Fails with OUTSIDE_WORKSPACE when the real path is not the
 * workspace or below it, or when it is in a `.git` folder, where remotes keep their credentials.
 */
export async function workspacePath(workspace: string, path: string): Promise<string> {
  if (path.includes('\0')) throw outside(path);
  const root = await realpath(workspace);
  const real = await resolveLinks(resolve(root, path), path);
  const inside = relative(root, real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw outside(path);
  if (inside.split(sep).some(part => part.toLowerCase() === '.git')) throw outside(path);
  return real;
}

async function resolveLinks(path: string, asked: string): Promise<string> {
  let real = parse(path).root;
  const left = partsOf(path);
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '..') {
      real = resolve(real, '..');
      continue;
    }
    const next = join(real, part);
    const target = await linkTarget(next);
    if (target === undefined) {
      real = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new CrewError('TOOL_FAILED', `\`${asked}\` is a loop of symbolic links`);
    if (isAbsolute(target)) real = parse(target).root;
    left.unshift(...partsOf(target));
  }
  return real;
}

function partsOf(path: string): string[] {
  const { root } = parse(path);
  return path
    .slice(root.length)
    .split(sep)
    .filter(part => part !== '' && part !== '.');
}

/** What a symbolic link points to; undefined for everything else, also for what is not there. */
async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CrewError('FILE_UNREADABLE', `cannot look at \`${path}\`: ${String(code)}`, { cause: error });
  }
}

function outside(path: string): CrewError {
  return new CrewError('OUTSIDE_WORKSPACE', `expected a path inside the workspace, found \`${path}\``);
}
