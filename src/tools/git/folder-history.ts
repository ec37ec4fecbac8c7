import { logArguments, splitLog } from './log-fields.ts';
import { readObjects } from './read-objects.ts';
import { type GitCall, gitFailure, gitText, runGit } from './run-git.ts';

/** Which folder of a repository is meant, by its path from the top: `prompts`, `crews/prompts`; empty for the top itself. */
export interface FolderPlace {
  /** The top folder of the repository. */
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly folder: string;
}

/** A commit that touched a folder. `date` is the author's, ISO 8601 with its offset. */
export interface FolderCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly date: string;
  readonly subject: string;
}

/** The plain files of a folder in one commit: name → id of the content. The same tree is the same object. */
export type FolderTree = ReadonlyMap<string, string>;

/** A file that got another path, both from the top of the repository; its content may have changed, too. */
export interface Renamed {
  readonly commit: string;
  readonly from: string;
  readonly to: string;
}

const FIELDS = ['%H', '%P', '%an', '%aI', '%s'];
const IDS = /^[0-9a-f]{40,64}$/;

/**
 * Lists the commits that touched a folder, descendants before their ancestors, merges too: those that `tips` reach and
 * `except` do not. Undefined when a commit of them is not there. Fails with TOOL_MISSING, TOOL_FAILED.
 */
export async function folderCommits(
  { workspace, signal, folder }: FolderPlace,
  { tips, except = [] }: { readonly tips: readonly string[]; readonly except?: readonly string[] },
): Promise<readonly FolderCommit[] | undefined> {
  if (tips.length === 0) return [];
  const call: GitCall = {
    workspace,
    signal,
    // On the standard input there is room for any number of tips.
    input: [...tips, ...except.map(id => `^${id}`), '--', folder === '' ? '.' : folder, ''].join('\n'),
    args: [...logArguments(FIELDS), '--full-history', '--topo-order', '--stdin'],
  };
  const result = await runGit(call);
  if (/bad object|bad revision|unknown revision/i.test(result.stderr)) return undefined;
  if (result.exitCode !== 0) throw gitFailure(call, result);
  return splitLog(result.stdout.toString('utf8'), FIELDS).map(
    ([id = '', parents = '', author = '', date = '', subject = '']) => {
      return { id, parents: parents.split(' ').filter(Boolean), author, date, subject };
    },
  );
}

/**
 * Reads what a folder held in many commits with one process, files whose name `keeps` refuses left out; a commit that had no
 * such folder, or is not there, as behind the end of a shallow clone, has none. Fails with TOOL_MISSING, TOOL_FAILED.
 */
export async function folderTrees(
  { workspace, signal, folder }: FolderPlace,
  commits: Iterable<string>,
  keeps: (name: string) => boolean,
): Promise<ReadonlyMap<string, FolderTree>> {
  const trees = new Map<string, FolderTree>();
  const known = new Map<string, FolderTree>();
  const names = [...new Set(commits)].filter(id => IDS.test(id)).map(id => `${id}:${folder}`);
  await readObjects({ workspace, signal, names }, (name, object) => {
    if (object?.type !== 'tree') return;
    const tree = known.get(object.id) ?? parseTree(object.content, object.id.length / 2, keeps);
    known.set(object.id, tree);
    trees.set(name.slice(0, name.indexOf(':')), tree);
  });
  return trees;
}

/** Links and folders are no files here: what a link leads to is not in its content. */
function parseTree(content: Buffer, idBytes: number, keeps: (name: string) => boolean): FolderTree {
  const files = new Map<string, string>();
  let at = 0;
  while (at < content.length) {
    const end = content.indexOf(0, at);
    const [mode = '', ...words] = content.toString('utf8', at, end).split(' ');
    const name = words.join(' ');
    at = end + 1 + idBytes;
    if (mode.startsWith('100') && keeps(name)) files.set(name, content.toString('hex', end + 1, at));
  }
  return files;
}

/**
 * Finds the files that got another path between commits and one of their parents, wherever in the repository they were.
 * Fails with TOOL_MISSING, TOOL_FAILED.
 */
export async function findRenames(
  { workspace, signal }: Pick<FolderPlace, 'workspace' | 'signal'>,
  steps: readonly { readonly commit: string; readonly parent: string }[],
): Promise<readonly Renamed[]> {
  if (steps.length === 0) return [];
  const text = await gitText({
    workspace,
    signal,
    input: steps.map(({ commit, parent }) => `${commit} ${parent}\n`).join(''),
    args: [
      'diff-tree',
      '--stdin',
      '-r',
      '-M',
      '-l500',
      '-z',
      '--name-status',
      '--diff-filter=R',
      '--no-ext-diff',
    ],
  });
  const fields = text.split('\0');
  const renames: Renamed[] = [];
  let commit = '';
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? '';
    if (IDS.test(field)) commit = field;
    else if (/^R\d+$/.test(field)) {
      renames.push({ commit, from: fields[at + 1] ?? '', to: fields[at + 2] ?? '' });
      at += 2;
    }
  }
  return renames;
}
