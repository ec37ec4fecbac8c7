import type { Repository } from './repository.ts';
import { repositoryPath } from './repository-paths.ts';
import { gitFailure, runGit } from './run-git.ts';

/** A file of a commit: the path as it was asked for, and the id of its content. */
export interface TreeFile {
  readonly path: string;
  readonly id: string;
}

/** Above this many paths the whole tree is listed: git looks up each path on its own, which adds up in wide folders. */
const MAX_NAMED_PATHS = 100;

/** Finds which of the paths are files of a commit, links included. Fails with OUTSIDE_WORKSPACE, TOOL_FAILED. */
export async function findInTree(options: {
  readonly repository: Repository;
  readonly commit: string;
  readonly paths: readonly string[];
}): Promise<readonly TreeFile[]> {
  const { repository, commit } = options;
  const asked = new Map<string, string[]>();
  for (const path of options.paths) {
    const name = repositoryPath(repository.workspace, path);
    if (name !== '') asked.set(name, [...(asked.get(name) ?? []), path]);
  }
  if (asked.size === 0) return [];
  const selection = asked.size > MAX_NAMED_PATHS ? ['-r', commit] : [commit, '--', ...asked.keys()];
  const found: TreeFile[] = [];
  const lister = splitRecords(record => {
    const match = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(record);
    for (const path of asked.get(match?.[2] ?? '') ?? []) found.push({ path, id: match?.[1] ?? '' });
  });
  const call = {
    workspace: repository.workspace,
    signal: repository.signal,
    args: ['ls-tree', '-z', ...selection],
    onStdout: lister,
  };
  const result = await runGit(call);
  if (result.exitCode !== 0) throw gitFailure(call, result);
  return found;
}

/** Cuts a stream of chunks into NUL-terminated records. */
function splitRecords(onRecord: (record: string) => void): (chunk: Buffer) => boolean {
  let carry: Buffer = Buffer.alloc(0);
  return chunk => {
    const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
      onRecord(bytes.toString('utf8', from, end));
      from = end + 1;
    }
    carry = bytes.subarray(from);
    return true;
  };
}
