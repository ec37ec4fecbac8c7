import type { Repository } from './repository.ts';
import { runGit } from './run-git.ts';

/**
 * Settings that switch off every content filter (`filter.<name>.clean` and its kin), because reading a working tree
 * would start them. Files under such a filter (Git LFS) then compare by their raw content.
 */
export async function filtersOff(repository: Repository): Promise<ReadonlyMap<string, string>> {
  const { workspace, signal } = repository;
  const args = ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'];
  const result = await runGit({ workspace, signal, args });
  const names = result.stdout.toString('utf8').split('\0');
  return new Map(
    names.filter(name => name !== '').map(name => [name, name.endsWith('.required') ? 'false' : '']),
  );
}
