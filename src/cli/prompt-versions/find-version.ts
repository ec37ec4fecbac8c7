import { suggest } from '../../language/closest.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { labelNames, labelsOf } from './prompt-labels.ts';
import { otherOutputText, promptLockPath, readPromptLock } from './prompt-lock.ts';
import { COMMITTED, LOCKED, type PromptRef, parsePromptRef } from './prompt-ref.ts';
import { type PromptPlaces, type PromptStore, storeOf } from './prompt-store.ts';
import { promptUses } from './prompt-uses.ts';
import { committedAt, promptsAt } from './prompts-at.ts';
import { nearestRow, shallowNote, stepBack } from './step-back.ts';
import { ownUses } from './version-moments.ts';
import type { VersionRow } from './version-rows.ts';

/** One version of one prompt, as a reference names it. */
export interface FoundVersion {
  readonly store: PromptStore;
  readonly ref: PromptRef;
  readonly prompt: PlacedPrompt;
  /** The moment at which it became that; absent where only the working tree has it, or without git. */
  readonly row?: VersionRow;
  /** A commit that has it, and its path there, where that is in no history of what is checked out. */
  readonly place?: { readonly commit: string; readonly path: string };
  /** It was read from the working tree. */
  readonly isWorking: boolean;
  /** What a person should know of how it was chosen. */
  readonly note?: string;
}

/** Most candidates that a message lists. */
const MAX_LISTED = 8;
const SHORT = 8;

/** Finds the version that a reference names. Fails with USAGE or PROMPT_UNKNOWN and the candidates. */
export async function findVersion(text: string, places: PromptPlaces): Promise<FoundVersion> {
  const ref = parsePromptRef(text);
  const store = await storeOf(ref, places);
  try {
    return await versionIn(store, ref);
  } catch (error) {
    const isLost = error instanceof CrewError && error.code === 'PROMPT_UNKNOWN';
    if (!isLost || !isHashLike(ref.version ?? '')) throw error;
    throw (await knownFromRuns({ store, ref, places })) ?? error;
  }
}

/** A version that runs had, and that was never committed, cannot be shown, but it was there. */
async function knownFromRuns(asked: {
  readonly store: PromptStore;
  readonly ref: PromptRef;
  readonly places: PromptPlaces;
}): Promise<CrewError | undefined> {
  const { stem, version = '' } = asked.ref;
  const { uses } = await promptUses(asked.places);
  const used = ownUses(uses, asked).filter(({ hash }) => hash.startsWith(version));
  const [first] = used;
  if (first === undefined) return undefined;
  const runs = [...new Set(used.map(({ runId }) => runId))];
  const named = runs.slice(0, MAX_LISTED).join(', ');
  const problem = `\`${stem}@${first.hash.slice(0, SHORT)}\` was never committed, so its text is gone`;
  const seen = `\`crew show ${first.runId} --prompt KEY\` shows what was sent`;
  return new CrewError('PROMPT_UNKNOWN', `${problem}; it is known from ${named}; ${seen}`);
}

/** Finds the version that a reference names in a store that has the prompt. Fails with PROMPT_UNKNOWN and the candidates. */
export async function versionIn(store: PromptStore, ref: PromptRef): Promise<FoundVersion> {
  if (ref.version === undefined && ref.back === 0) return workingVersion(store, ref);
  if (ref.version === LOCKED) return lockedVersion(store, ref);
  const history = await store.history();
  if ('problem' in history) {
    const working = store.placedFile(ref.file);
    const isMeant = isHashLike(ref.version ?? '') && ref.back === 0;
    if (isMeant && working?.hash.startsWith(ref.version ?? '') === true) {
      return { store, ref, prompt: working, isWorking: true };
    }
    throw new CrewError('PROMPT_UNKNOWN', `\`${ref.text}\` cannot be found: ${history.problem}`);
  }
  if (ref.version !== undefined) return stepBack(await namedVersion(store, ref, history), history, ref.back);
  const committed = await committedVersion(store, ref, history);
  const working = store.placedFile(ref.file);
  // What comes before what is not committed yet is what is committed.
  const isCommitted = working === undefined || working.hash === committed.prompt.hash;
  return stepBack(committed, history, isCommitted ? ref.back : ref.back - 1);
}

async function workingVersion(store: PromptStore, ref: PromptRef): Promise<FoundVersion> {
  const prompt = store.placedFile(ref.file);
  if (prompt !== undefined) return { store, ref, prompt, isWorking: true };
  const history = await store.history();
  const last =
    'problem' in history ? undefined : history.lineage(ref.file).find(row => row.prompt !== undefined);
  const hint = last === undefined ? '' : `; its last version is ${versionName(ref.stem, last)}`;
  throw new CrewError('PROMPT_UNKNOWN', `the prompt \`${ref.stem}\` is not in the working tree${hint}`);
}

/** The version that is locked: it is found by its hash, and need not be committed while it stands in the working tree. */
async function lockedVersion(store: PromptStore, ref: PromptRef): Promise<FoundVersion> {
  const { path } = store.folder;
  const { lock, problem, isThere } = await readPromptLock(path, path);
  const shown = promptLockPath(store.folder.shown);
  const named = `\`${ref.text}\` names no version:`;
  if (problem !== undefined)
    throw new CrewError('PROMPT_UNKNOWN', `${named} \`${shown}\` cannot be believed, ${problem}`);
  const locked = lock.prompts.get(ref.stem);
  if (locked === undefined) {
    const why = isThere ? `\`${shown}\` does not know it` : `there is no \`${shown}\``;
    throw new CrewError('PROMPT_UNKNOWN', `${named} ${why}`);
  }
  const working = store.placedFile(ref.file);
  if (ref.back === 0 && working?.hash === locked.hash) {
    const version = `${ref.stem}@${locked.hash.slice(0, SHORT)}`;
    const note = `\`${shown}\` has ${version} ${otherOutputText(store, ref.file)}`;
    const isSame = locked.output === store.output(ref.file);
    return { store, ref, prompt: working, isWorking: true, ...(isSame ? {} : { note }) };
  }
  const history = await store.history();
  const isKnown =
    'lineage' in history && history.lineage(ref.file).some(({ prompt }) => prompt?.hash === locked.hash);
  if (isKnown) return { ...(await versionIn(store, { ...ref, version: locked.hash })), ref };
  const version = `${ref.stem}@${locked.hash.slice(0, SHORT)}`;
  const why =
    'problem' in history ? history.problem : 'it was locked before it was committed, and has changed since';
  throw new CrewError('PROMPT_UNKNOWN', `\`${version}\`, which \`${shown}\` has, cannot be found: ${why}`);
}

async function committedVersion(
  store: PromptStore,
  ref: PromptRef,
  history: PromptHistory,
): Promise<FoundVersion> {
  const prompt = await committedAt(history, ref.file);
  if (prompt === undefined) {
    const problem = `\`${ref.stem}\` is not in the commit that is checked out`;
    throw new CrewError('PROMPT_UNKNOWN', `\`${ref.text}\` names no version: ${problem}`);
  }
  const { head: commit = '' } = history.state;
  const row = await nearestRow(history, ref.file, { hash: prompt.hash, commit });
  return { store, ref, prompt, isWorking: false, ...(row === undefined ? {} : { row }) };
}

async function namedVersion(
  store: PromptStore,
  ref: PromptRef,
  history: PromptHistory,
): Promise<FoundVersion> {
  const { version = COMMITTED } = ref;
  if (version === COMMITTED) return committedVersion(store, ref, history);
  const lineage = history.lineage(ref.file);
  const labelled = await labelledPrompt(history, ref, version);
  const byHash = versionsByHash(lineage, version);
  if (labelled !== undefined) byHash.set(labelled.prompt.hash, labelled);
  // To hash the working tree takes time, and it is meant seldom.
  const working = byHash.size === 0 && isHashLike(version) ? store.placedFile(ref.file) : undefined;
  if (working?.hash.startsWith(version)) byHash.set(working.hash, { prompt: working });
  const [named, ...others] = byHash.values();
  const found = named ?? (await promptOfCommit(history, ref, version));
  if (found === undefined) throw await noVersion(ref, history, lineage);
  if (others.length > 0) throw severalVersions(ref, [...byHash.values()]);
  const isWorking = found.prompt === working;
  return { store, ref, isWorking, ...found };
}

type Candidate = Pick<FoundVersion, 'prompt' | 'row' | 'place'>;

function isHashLike(text: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(text);
}

/** The versions whose hash begins so, each by the newest row that has it. */
function versionsByHash(lineage: readonly VersionRow[], prefix: string): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  if (!isHashLike(prefix)) return found;
  for (const row of lineage) {
    const { prompt } = row;
    if (prompt?.hash.startsWith(prefix) !== true) continue;
    const known = found.get(prompt.hash);
    if (known === undefined || (known.row?.elsewhere === true && row.elsewhere !== true)) {
      found.set(prompt.hash, { prompt, row });
    }
  }
  return found;
}

/** What a prompt is in a commit that is named by its hash; those of versions go first. */
async function promptOfCommit(
  history: PromptHistory,
  ref: PromptRef,
  prefix: string,
): Promise<Candidate | undefined> {
  const commit = isHashLike(prefix) ? await history.commitOf(prefix) : undefined;
  if (commit === undefined) return undefined;
  const lineage = history.lineage(ref.file);
  const paths = [...new Set([history.pathOf(ref.file), ...lineage.map(row => history.pathAt(row))])];
  const found = await promptsAt(
    history,
    paths.map(path => ({ commit, path, lineage })),
  );
  for (const [index, prompt] of found.entries()) {
    if (prompt === undefined) continue;
    const row = await nearestRow(history, ref.file, { hash: prompt.hash, commit });
    return row === undefined ? { prompt, place: { commit, path: paths[index] ?? '' } } : { prompt, row };
  }
  const problem = `\`${ref.stem}\` is not in the commit ${commit.slice(0, SHORT)}`;
  throw new CrewError('PROMPT_UNKNOWN', `\`${ref.text}\` names no version: ${problem}`);
}

/** What stands behind a label of a prompt, also one of a name that it had before. */
async function labelledPrompt(
  history: PromptHistory,
  ref: PromptRef,
  label: string,
): Promise<Candidate | undefined> {
  if (!labelNames(history, ref.file).includes(label)) return undefined;
  const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  const found = labels.find(row => row.label === label);
  if (found === undefined) return undefined;
  if (found.prompt !== undefined) {
    const { prompt, commit = '', path = '' } = found;
    const row = await nearestRow(history, ref.file, { hash: prompt.hash, commit });
    return row === undefined ? { prompt, place: { commit, path } } : { prompt, row };
  }
  const where = found.commit === undefined ? 'no commit' : `the commit ${found.commit.slice(0, SHORT)}`;
  const path = history.pathOf(ref.file);
  throw new CrewError(
    'PROMPT_UNKNOWN',
    `the tag \`${found.tag}\` stands on ${where}, in which there is no \`${path}\``,
  );
}

async function noVersion(
  ref: PromptRef,
  history: PromptHistory,
  lineage: readonly VersionRow[],
): Promise<CrewError> {
  const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  const names = labels.map(({ label }) => label);
  const close = suggest(ref.version ?? '', names);
  const short = /^[0-9a-f]{1,3}$/.test(ref.version ?? '')
    ? 'of a hash at least four digits are needed; '
    : '';
  const labelled = names.length === 0 ? 'it has no label' : `its labels are ${names.join(', ')}`;
  const versions = uniqueRows(lineage).slice(0, MAX_LISTED);
  const known = versions.map(row => versionName(ref.stem, row)).join(', ');
  const latest = known === '' ? 'nothing of it is committed' : `its latest versions are ${known}`;
  return new CrewError(
    'PROMPT_UNKNOWN',
    `\`${ref.stem}\` has no version \`${ref.version ?? ''}\`; ${short}${close ?? labelled}; ${latest}${shallowNote(history)}`,
  );
}

function severalVersions(ref: PromptRef, found: readonly Candidate[]): CrewError {
  const listed = found.slice(0, MAX_LISTED).map(({ prompt, row }) => {
    const when = row === undefined ? 'not committed' : `${row.date.slice(0, 10)} ${row.subject}`;
    return `${ref.stem}@${prompt.hash.slice(0, SHORT + 4)} (${when})`;
  });
  return new CrewError('PROMPT_UNKNOWN', `\`${ref.text}\` may be ${listed.join(', or ')}`);
}

function uniqueRows(lineage: readonly VersionRow[]): readonly VersionRow[] {
  const seen = new Set<string>();
  return lineage.filter(
    ({ prompt }) => prompt !== undefined && !seen.has(prompt.hash) && seen.add(prompt.hash),
  );
}

function versionName(stem: string, { prompt }: VersionRow): string {
  return `${stem}@${(prompt?.hash ?? '').slice(0, SHORT)}`;
}
