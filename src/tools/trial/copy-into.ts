import { copyFile, mkdir, readdir, readlink, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { workspacePath } from '../workspace-path.ts';

const MAX_FILES = 20_000;
const MAX_BYTES = 512 * 1024 * 1024;
const NEVER = new Set(['.git', '.crew']);

interface Copying {
  /** Links may point to what is below it. */
  readonly from: string;
  readonly to: string;
  readonly signal: AbortSignal;
  readonly count: { files: number; bytes: number };
}

/**
 * Copies files and folders of a workspace to the same places in a folder, without `.git`, `.crew` and links that lead out of
 * the workspace; a `node_modules` is linked, not copied. Fails with OUTSIDE_WORKSPACE, FILE_UNREADABLE, or TOOL_FAILED beyond
 * 20,000 files or 512 MiB.
 */
export async function copyInto(
  folder: string,
  options: { readonly workspace: string; readonly paths: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  const { workspace, paths, signal } = options;
  const copying = { from: workspace, to: folder, signal, count: { files: 0, bytes: 0 } };
  for (const path of paths) {
    const real = await workspacePath(workspace, path);
    const found = await stat(real).catch(() => undefined);
    if (found === undefined) throw new CrewError('FILE_UNREADABLE', `there is no \`${path}\` to copy`);
    const target = join(folder, relative(workspace, real));
    if (found.isDirectory()) await copyFolder(real, target, copying);
    else await copyOne(real, target, copying);
  }
}

async function copyFolder(source: string, target: string, copying: Copying): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (copying.signal.aborted) throw new CrewError('TOOL_FAILED', 'copying was stopped before it was done');
    if (NEVER.has(entry.name.toLowerCase())) continue;
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.name === 'node_modules') await linked(from, to);
    else if (entry.isSymbolicLink()) await copyLink(from, to, copying);
    else if (entry.isDirectory()) await copyFolder(from, to, copying);
    else if (entry.isFile()) await copyOne(from, to, copying);
  }
}

async function copyOne(source: string, target: string, { count }: Copying): Promise<void> {
  count.files += 1;
  count.bytes += (await stat(source)).size;
  if (count.files > MAX_FILES || count.bytes > MAX_BYTES) {
    const limits = `${MAX_FILES} files and ${MAX_BYTES / 1024 / 1024} MiB`;
    throw new CrewError('TOOL_FAILED', `there is too much to copy for a trial; the limits are ${limits}`);
  }
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
}

/** A relative link stays one, so that it points into the copy. */
async function copyLink(source: string, target: string, { from }: Copying): Promise<void> {
  const to = await readlink(source);
  const inside = relative(from, resolve(dirname(source), to));
  if (isAbsolute(to) || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return;
  await linked(to, target);
}

/** What was copied before stays. */
async function linked(to: string, target: string): Promise<void> {
  await symlink(to, target, process.platform === 'win32' ? 'junction' : undefined).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}
