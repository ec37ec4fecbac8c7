import { copyFile, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ToolContext } from '../../ports/tool.ts';
import { filtersOff } from '../git/filters-off.ts';
import type { Repository } from '../git/repository.ts';
import { gitText } from '../git/run-git.ts';
import { ownFolderName, sweepFolders } from '../sweep-folders.ts';
import { workspacePath } from '../workspace-path.ts';
import { killStrays } from './kill-strays.ts';
import { removeFolder } from './remove-folder.ts';

const CHECKOUTS = '.crew/worktrees';

/** A private working tree of one commit. `root` is its top, `folder` the place in it that the workspace has in its own. */
export interface Checkout {
  readonly root: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Gives `use` a fresh checkout of a commit below `.crew/worktrees` of the workspace and removes it afterwards, also when
 * `use` fails. It is a repository of its own that borrows the objects of the real one: what happens in it reaches
 * neither the branches, the stash nor the settings of the user. Leftovers of crashed calls are removed first.
 * Content filters such as Git LFS do not run; submodules stay empty. Fails with TOOL_FAILED, OUTSIDE_WORKSPACE.
 */
export async function withCheckout<T>(
  options: { readonly repository: Repository; readonly commit: string; readonly context: ToolContext },
  use: (checkout: Checkout) => Promise<T>,
): Promise<T> {
  const { repository, commit, context } = options;
  const home = await openHome(repository.workspace);
  await sweepFolders(home, context);
  const root = join(home, ownFolderName());
  try {
    await mkdir(root, { mode: 0o700 });
    const checkout = { root, folder: resolve(root, repository.prefix), signal: context.signal };
    await fill(checkout, repository, commit);
    return await use(checkout);
  } finally {
    await killStrays(root);
    await removeFolder(root).catch((error: Error) => context.notice(`a checkout is left: ${error.message}`));
  }
}

async function openHome(workspace: string): Promise<string> {
  const home = await workspacePath(workspace, CHECKOUTS);
  await mkdir(home, { recursive: true });
  // The state folder may be a new one that nobody has told git to ignore. What is there is not written through: a
  // repository can bring a link of that name.
  await writeFile(join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return home;
}

async function fill(checkout: Checkout, repository: Repository, commit: string): Promise<void> {
  const { root, signal } = checkout;
  const { workspace } = repository;
  const asked = ['--show-object-format', '--git-path', 'objects', '--git-path', 'shallow'];
  const said = await gitText({ workspace, signal, args: ['rev-parse', ...asked] });
  const [format = 'sha1', objects = '', shallow = ''] = said.split('\n');
  const git = (...args: readonly string[]) => gitText({ workspace: root, signal, args });
  await git('init', '--quiet', '--template=', `--object-format=${format}`);
  await mkdir(join(root, '.git/objects/info'), { recursive: true });
  await writeFile(join(root, '.git/objects/info/alternates'), `${quoted(resolve(workspace, objects))}\n`);
  if (repository.shallow) await copyFile(resolve(workspace, shallow), join(root, '.git/shallow'));
  const settings = await filtersOff({ ...repository, workspace: root });
  await gitText({ workspace: root, signal, settings, args: ['checkout', '--quiet', '--detach', commit] });
  await mkdir(checkout.folder, { recursive: true });
  await linkPackages(checkout, workspace);
}

/** A path in `alternates` is quoted when it begins like a quotation or a remark. */
function quoted(path: string): string {
  return /^["#]|\n/.test(path) ? JSON.stringify(path) : path;
}

async function linkPackages({ folder, signal }: Checkout, workspace: string): Promise<void> {
  const packages = join(workspace, 'node_modules');
  const found = await stat(packages).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  const listed = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const ignored = await gitText({ workspace, signal, args: [...listed, '--', 'node_modules'] });
  if (!ignored.split('\0').includes('node_modules/')) return;
  await symlink(packages, join(folder, 'node_modules'), 'junction').catch((error: NodeJS.ErrnoException) => {
    // Some revision has a file of that name.
    if (error.code !== 'EEXIST') throw error;
  });
}
