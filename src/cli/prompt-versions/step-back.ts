import { CrewError } from '../../model/crew-error.ts';
import type { FoundVersion } from './find-version.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { stemOf } from './prompt-ref.ts';
import { promptsAt } from './prompts-at.ts';
import type { VersionRow } from './version-rows.ts';

const SHORT = 8;

/**
 * The version that came before, so many steps, on the way of the commits behind it. Before a merge stands what its first parent
 * had; a note names what the others had. Fails with PROMPT_UNKNOWN behind the first version.
 */
export async function stepBack(
  from: FoundVersion,
  history: PromptHistory,
  steps: number,
): Promise<FoundVersion> {
  if (steps > 0 && from.place !== undefined) throw notFromHere(from, history, from.place.path);
  let at: Moment = from;
  let left = steps;
  while (left > 0) {
    const before = await momentBefore(at, history, from.ref.file);
    if (before === undefined) throw beforeAll(from, history);
    // It may have gone and come back.
    if (before.prompt.hash !== at.prompt.hash) left -= 1;
    at = before;
  }
  if (at === from) return from;
  const { prompt, row, note } = at;
  const { store, ref } = from;
  return {
    store,
    ref,
    prompt,
    isWorking: false,
    ...(row === undefined ? {} : { row }),
    ...(note === undefined ? {} : { note }),
  };
}

/** The moment at which a file became a version, as a commit sees it: the latest one before it, or in it. */
export async function nearestRow(
  history: PromptHistory,
  file: string,
  { hash, commit }: { readonly hash: string; readonly commit: string },
): Promise<VersionRow | undefined> {
  const rows = history.lineage(file).filter(({ prompt }) => prompt?.hash === hash);
  if (rows.length < 2) return rows[0];
  for (const row of rows) if (await history.isBefore(row.commit, commit)) return row;
  return rows.find(({ elsewhere }) => elsewhere !== true) ?? rows[0];
}

/** What is unknown to be shallow is said. Pure. */
export function shallowNote({ state }: PromptHistory): string {
  return state.shallow ? '; this clone is shallow and has only a part of the history' : '';
}

interface Moment {
  readonly prompt: PlacedPrompt;
  readonly row?: VersionRow;
  readonly note?: string;
}

async function momentBefore(
  { prompt, row }: Moment,
  history: PromptHistory,
  file: string,
): Promise<Moment | undefined> {
  const lineage = history.lineage(file);
  if (row === undefined) {
    // It is not committed: before it stands what is.
    const latest = lineage.find(one => one.prompt !== undefined && one.elsewhere !== true);
    return latest?.prompt === undefined ? undefined : { prompt: latest.prompt, row: latest };
  }
  const path = row.from ?? history.pathAt(row);
  const parents = await history.parents(row.commit);
  const found = await promptsAt(
    history,
    parents.map(commit => ({ commit, path, lineage })),
  );
  const [first, ...others] = parents.flatMap((commit, index) => {
    const before = found[index];
    return before === undefined || before.hash === prompt.hash ? [] : [{ commit, before }];
  });
  if (first === undefined) return lastBefore(row, history, lineage);
  const { commit, before } = first;
  const nearest = await nearestRow(history, file, { hash: before.hash, commit });
  const hashes = new Set(others.map(other => other.before.hash).filter(hash => hash !== before.hash));
  const named = (hash: string): string => `${stemOf(file)}@${hash.slice(0, SHORT)}`;
  const also = [...hashes].map(named).join(', ');
  const note = `${named(prompt.hash)} is a merge: before it also stood ${also}; ${named(before.hash)} is of its first parent`;
  return {
    prompt: before,
    ...(nearest === undefined ? {} : { row: nearest }),
    ...(hashes.size === 0 ? {} : { note }),
  };
}

/** The last version before a file was away. */
async function lastBefore(
  row: VersionRow,
  history: PromptHistory,
  lineage: readonly VersionRow[],
): Promise<Moment | undefined> {
  for (const earlier of lineage) {
    if (earlier.n >= row.n || earlier.prompt === undefined) continue;
    if (await history.isBefore(earlier.commit, row.commit)) return { prompt: earlier.prompt, row: earlier };
  }
  return undefined;
}

/** Where a file has moved in commits that are not checked out, its life there is told under its name there. */
function notFromHere({ ref }: FoundVersion, history: PromptHistory, path: string): CrewError {
  const { text, version = '', stem } = ref;
  const there = `\`${path.slice(0, -'.prompt.md'.length)}@${version}^\``;
  const why =
    path === history.pathOf(ref.file)
      ? 'is in a commit that no branch and no tag reaches'
      : `stands in another folder, later than what is checked out; ${there}, from the top of the repository, is meant`;
  return new CrewError('PROMPT_UNKNOWN', `\`${text}\` names no version: \`${stem}@${version}\` ${why}`);
}

function beforeAll({ ref: { text, stem } }: FoundVersion, history: PromptHistory): CrewError {
  const message = `\`${text}\` goes back behind the first version of \`${stem}\``;
  return new CrewError('PROMPT_UNKNOWN', `${message}${shallowNote(history)}`);
}
