import { CrewError } from '../../model/crew-error.ts';
import { filtersOff } from '../git/filters-off.ts';
import { openRepository } from '../git/repository.ts';
import { gitText } from '../git/run-git.ts';
import type { Checkout } from './checkout.ts';

const MAX_PATCH_LENGTH = 900_000;

/** Options under which the patch is the same for everybody and `git apply` takes it. */
const PATCH_OPTIONS = [
  '--cached',
  '--relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-renames',
  '--binary',
  '--full-index',
  '--unified=3',
  '--inter-hunk-context=0',
  '--diff-algorithm=histogram',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '-O/dev/null',
];

/** What was written into a checkout, as a patch against its commit. */
export interface Patch {
  readonly patch: string;
  /** The files that differ, in git's order. */
  readonly paths: readonly string[];
  /** Those of them that the commit has. */
  readonly existing: readonly string[];
}

/**
 * Makes the patch of the written paths, which are relative to the workspace's place in the checkout, also of those that
 * git ignores. Fails with TOOL_FAILED when it is longer than a tool result may be.
 */
export async function makePatch(checkout: Checkout, written: readonly string[]): Promise<Patch> {
  const { folder, signal } = checkout;
  if (written.length === 0) return { patch: '', paths: [], existing: [] };
  const settings = await filtersOff(await openRepository(folder, signal));
  const git = (input: string, ...args: readonly string[]) =>
    gitText({ workspace: folder, signal, settings, input, args });
  await git(written.join('\0'), 'add', '--all', '--force', '--pathspec-from-file=-', '--pathspec-file-nul');
  const patch = await git('', 'diff', ...PATCH_OPTIONS, 'HEAD');
  const names = async (...only: readonly string[]) => {
    const listing = await git('', 'diff', '--name-only', '-z', ...only, ...PATCH_OPTIONS, 'HEAD');
    return listing.split('\0').filter(name => name !== '');
  };
  const { length } = JSON.stringify(patch);
  if (length > MAX_PATCH_LENGTH) {
    throw new CrewError(
      'TOOL_FAILED',
      `the patch has ${length} characters as JSON, the limit is ${MAX_PATCH_LENGTH}: change less at once`,
    );
  }
  return { patch, paths: await names(), existing: await names('--diff-filter=MDT') };
}
