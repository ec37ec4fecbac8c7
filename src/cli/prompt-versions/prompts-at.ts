import { promptFileName } from '../../model/prompt-file.ts';
import type { FolderTree } from '../../tools/git/folder-history.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { folderOf, type VersionRow } from './version-rows.ts';

/** A file in a commit. `lineage` are the moments of its life, whose versions are known. */
export interface FileAt {
  readonly commit: string;
  /** From the top of the repository. */
  readonly path: string;
  readonly lineage: readonly VersionRow[];
}

/**
 * What prompts were in commits, in the order of `wanted`; undefined where there was no such file. A version that has the very
 * same contents as one of the lineage is that one, so that nothing has to be hashed again; what is unknown is hashed.
 */
export async function promptsAt(
  history: PromptHistory,
  wanted: readonly FileAt[],
): Promise<readonly (PlacedPrompt | undefined)[]> {
  const trees = await readTrees(history, wanted);
  const treeOf = ({ commit, path }: Pick<FileAt, 'commit' | 'path'>): FolderTree | undefined =>
    trees.get(folderOf(path))?.get(commit);
  const rowsOf = (file: FileAt): readonly VersionRow[] => {
    const blob = treeOf(file)?.get(nameOf(file.path));
    return blob === undefined ? [] : file.lineage.filter(({ prompt }) => prompt?.blob === blob);
  };
  const withPartials = wanted.flatMap(file => rowsOf(file).filter(row => partialsOf(row).length > 0));
  const rowTrees = await readTrees(
    history,
    withPartials.map(row => ({ commit: row.commit, path: history.pathAt(row) })),
  );
  const isSame = (file: FileAt, row: VersionRow): boolean => {
    const then = rowTrees.get(folderOf(history.pathAt(row)))?.get(row.commit);
    return partialsOf(row).every(name => treeOf(file)?.get(name) === then?.get(name));
  };
  const found: (PlacedPrompt | undefined)[] = [];
  for (const file of wanted) {
    if (treeOf(file)?.has(nameOf(file.path)) !== true) found.push(undefined);
    else found.push(rowsOf(file).find(row => isSame(file, row))?.prompt ?? (await hashedAt(history, file)));
  }
  return found;
}

/** What a prompt is in the commit that is checked out; undefined where it is not there. */
export async function committedAt(history: PromptHistory, file: string): Promise<PlacedPrompt | undefined> {
  const { head } = history.state;
  if (head === undefined) return undefined;
  const wanted = { commit: head, path: history.pathOf(file), lineage: history.lineage(file) };
  return (await promptsAt(history, [wanted]))[0];
}

type Trees = ReadonlyMap<string, ReadonlyMap<string, FolderTree>>;

/** The trees of files by folder and commit. */
async function readTrees(
  history: PromptHistory,
  files: readonly Pick<FileAt, 'commit' | 'path'>[],
): Promise<Trees> {
  const byFolder = Map.groupBy(files, ({ path }) => folderOf(path));
  const trees = new Map<string, ReadonlyMap<string, FolderTree>>();
  for (const [folder, inside] of byFolder) {
    trees.set(
      folder,
      await history.treesAt(
        inside.map(({ commit }) => commit),
        folder,
      ),
    );
  }
  return trees;
}

async function hashedAt(history: PromptHistory, { commit, path }: FileAt): Promise<PlacedPrompt | undefined> {
  return (await history.placedAt([commit], folderOf(path))).get(commit)?.get(nameOf(path));
}

/** The file names of all partials of a version. */
function partialsOf({ prompt }: VersionRow): readonly string[] {
  return Object.keys(prompt?.partials ?? {}).map(name => promptFileName({ name, partial: true }));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
