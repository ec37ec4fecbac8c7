import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { Tool } from '../../ports/tool.ts';
import { textArgument } from '../arguments.ts';
import { filtersOff } from '../git/filters-off.ts';
import { openRepository, type Repository, requireWorkTree } from '../git/repository.ts';
import { gitText } from '../git/run-git.ts';
import { changedPath } from './changed-path.ts';
import { CHANGE_APPLY } from './specs.ts';

/** Modes of links and submodules, as headers of a patch name them; lines of contents begin with a sign. */
const ODD_MODE = /^(?:(?:new file|deleted file|old|new) mode|index [0-9a-f]+\.\.[0-9a-f]+) 1[26]0000/m;

/**
 * `change.apply`: a patch onto the working tree, all or nothing; the index is left as it is.
 * Fails with TOOL_ARGUMENTS for a text that is no patch or changes links or submodules, with TOOL_FAILED when it does
 * not apply or one of its files has other changes, with OUTSIDE_WORKSPACE, NOT_A_REPOSITORY, TOOL_MISSING.
 */
export const changeApply: Tool = {
  spec: CHANGE_APPLY,
  async call(args, { workspace, signal }) {
    const patch = textArgument(args, 'patch');
    const repository = await openRepository(workspace, signal);
    await requireWorkTree(repository);
    const apply = applier(repository, patch, await filtersOff(repository));
    if (ODD_MODE.test(patch)) {
      throw new CrewError('TOOL_ARGUMENTS', 'expected a patch of files, found one of a link or a submodule');
    }
    const paths = await touchedPaths(repository, apply);
    await requireUnchanged(repository, paths);
    const before = await presence(workspace, paths);
    await apply('--check');
    await apply();
    const after = await presence(workspace, paths);
    const files = paths.map((path, at) => ({
      path,
      status: statusOf(before[at] ?? false, after[at] ?? false),
    }));
    return { files_changed: files.length, files };
  },
};

type Apply = (...options: readonly string[]) => Promise<string>;

function applier(repository: Repository, patch: string, filters: ReadonlyMap<string, string>): Apply {
  const { workspace, signal, prefix } = repository;
  // Git counts paths of a patch from the top of the repository, and passes over what is outside the current folder.
  const directory = prefix === '' ? [] : [`--directory=${prefix}`];
  const settings = new Map([...filters, ['apply.whitespace', 'nowarn'], ['apply.ignoreWhitespace', 'no']]);
  return (...options) =>
    gitText({ workspace, signal, settings, input: patch, args: ['apply', ...directory, ...options, '-'] });
}

/** The paths on both sides of the patch, so that a renamed file is there by both names. */
async function touchedPaths(repository: Repository, apply: Apply): Promise<readonly string[]> {
  const listings = await Promise.all([apply('--numstat', '-z'), apply('--numstat', '-z', '--reverse')]).catch(
    (error: CrewError) => {
      throw new CrewError('TOOL_ARGUMENTS', `expected a patch: ${error.message}`, { cause: error });
    },
  );
  const named = listings.flatMap(listing => listing.split('\0')).flatMap(line => line.split('\t').slice(2));
  const inside = [...new Set(named)].sort().map(path => withoutPrefix(path, repository.prefix));
  if (inside.length === 0) throw new CrewError('TOOL_ARGUMENTS', 'expected a patch that changes a file');
  return Promise.all(inside.map(async path => (await changedPath(repository.workspace, path)).path));
}

function withoutPrefix(path: string, prefix: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : `../${path}`;
}

async function requireUnchanged(repository: Repository, paths: readonly string[]): Promise<void> {
  const { workspace, signal } = repository;
  const settings = await filtersOff(repository);
  const args = [
    'status',
    '--porcelain',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--ignored',
    '--',
    ...paths,
  ];
  const listing = await gitText({ workspace, signal, settings, args });
  const changed = listing
    .split('\0')
    .filter(line => line !== '')
    .map(line => line.slice(3));
  if (changed.length === 0) return;
  throw new CrewError(
    'TOOL_FAILED',
    `expected files without other changes, found changes that are not committed in ${changed.slice(0, 5).join(', ')}`,
  );
}

function presence(workspace: string, paths: readonly string[]): Promise<readonly boolean[]> {
  return Promise.all(
    paths.map(path =>
      access(resolve(workspace, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
}

function statusOf(wasThere: boolean, isThere: boolean): 'added' | 'modified' | 'deleted' {
  if (!wasThere) return 'added';
  return isThere ? 'modified' : 'deleted';
}
