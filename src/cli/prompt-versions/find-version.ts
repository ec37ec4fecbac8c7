import { suggest } from '../../language/closest.ts';
import { readPromptFile } from '../../language/read-prompt-file.ts';
import { CrewError } from '../../model/crew-error.ts';
import { type PromptFile, promptFileName } from '../../model/prompt-file.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { COMMITTED, type PromptRef, parsePromptRef, stemOf } from './prompt-ref.ts';
import { type PromptPlaces, type PromptStore, storeOf } from './prompt-store.ts';
import { folderOf, type VersionRow } from './version-rows.ts';

/** One version of one prompt, as a reference names it. */
export interface FoundVersion {
  readonly store: PromptStore;
  readonly ref: PromptRef;
  readonly prompt: PlacedPrompt;
  /** The moment at which it became that; absent where only the working tree has it, or without git. */
  readonly row?: VersionRow;
  /** It was read from the working tree. */
  readonly isWorking: boolean;
}

/** Most candidates that a message lists. */
const MAX_LISTED = 8;
const SHORT = 8;

/** Finds the version that a reference names. Fails with USAGE or PROMPT_UNKNOWN and the candidates. */
export async function findVersion(text: string, places: PromptPlaces): Promise<FoundVersion> {
  const ref = parsePromptRef(text);
  return versionIn(await storeOf(ref, places), ref);
}

/** Finds the version that a reference names in a store that has the prompt. Fails with PROMPT_UNKNOWN and the candidates. */
export async function versionIn(store: PromptStore, ref: PromptRef): Promise<FoundVersion> {
  if (ref.version === undefined && ref.back === 0) return workingVersion(store, ref);
  const history = await store.history();
  if ('problem' in history) {
    const working = store.placed().get(ref.file);
    const isMeant = isHashLike(ref.version ?? '') && ref.back === 0;
    if (isMeant && working?.hash.startsWith(ref.version ?? '') === true) {
      return { store, ref, prompt: working, isWorking: true };
    }
    throw new CrewError('PROMPT_UNKNOWN', `\`${ref.text}\` cannot be found: ${history.problem}`);
  }
  if (ref.version !== undefined) return stepBack(await namedVersion(store, ref, history), history, ref.back);
  const committed = await committedVersion(store, ref, history);
  const working = store.placed().get(ref.file);
  // What comes before what is not committed yet is what is committed.
  const isCommitted = working === undefined || working.hash === committed.prompt.hash;
  return stepBack(committed, history, isCommitted ? ref.back : ref.back - 1);
}

async function workingVersion(store: PromptStore, ref: PromptRef): Promise<FoundVersion> {
  const prompt = store.placed().get(ref.file);
  if (prompt !== undefined) return { store, ref, prompt, isWorking: true };
  const history = await store.history();
  const last =
    'problem' in history ? undefined : history.lineage(ref.file).find(row => row.prompt !== undefined);
  const hint = last === undefined ? '' : `; its last version is ${versionName(ref.stem, last)}`;
  throw new CrewError('PROMPT_UNKNOWN', `the prompt \`${ref.stem}\` is not in the working tree${hint}`);
}

async function committedVersion(
  store: PromptStore,
  ref: PromptRef,
  history: PromptHistory,
): Promise<FoundVersion> {
  const prompt = await committedPrompt(history, ref.file);
  if (prompt === undefined) {
    const problem = `\`${ref.stem}\` is not in the commit that is checked out`;
    throw new CrewError('PROMPT_UNKNOWN', `\`${ref.text}\` names no version: ${problem}`);
  }
  return { store, ref, prompt, isWorking: false, ...withRow(history.lineage(ref.file), prompt.hash) };
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
  if (labelled !== undefined)
    byHash.set(labelled.hash, { prompt: labelled, ...withRow(lineage, labelled.hash) });
  // To hash the working tree takes time, and it is meant seldom.
  const working = byHash.size === 0 && isHashLike(version) ? store.placed().get(ref.file) : undefined;
  if (working?.hash.startsWith(version)) byHash.set(working.hash, { prompt: working });
  const [found, ...others] = byHash.values();
  if (found === undefined) throw await noVersion(ref, history, lineage);
  if (others.length > 0) throw severalVersions(ref, [...byHash.values()]);
  const isWorking = found.prompt === working;
  return { store, ref, isWorking, ...found };
}

interface Candidate {
  readonly prompt: PlacedPrompt;
  readonly row?: VersionRow;
}

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

function withRow(lineage: readonly VersionRow[], hash: string): { row?: VersionRow } {
  const rows = lineage.filter(({ prompt }) => prompt?.hash === hash);
  const row = rows.find(({ elsewhere }) => elsewhere !== true) ?? rows[0];
  return row === undefined ? {} : { row };
}

/** What a prompt is in the commit that is checked out; undefined where it is not there. */
export async function committedPrompt(
  history: PromptHistory,
  file: string,
): Promise<PlacedPrompt | undefined> {
  const { head } = history.state;
  if (head === undefined) return undefined;
  return (await history.placedAt([head])).get(head)?.get(file);
}

/** What stands behind a label of a prompt, also one of a name that it had before. */
async function labelledPrompt(
  history: PromptHistory,
  ref: PromptRef,
  label: string,
): Promise<PlacedPrompt | undefined> {
  const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  const found = labels.find(row => row.label === label);
  if (found === undefined || found.prompt !== undefined) return found?.prompt;
  const where = found.commit === undefined ? 'no commit' : `the commit ${found.commit.slice(0, SHORT)}`;
  const path = history.pathOf(ref.file);
  throw new CrewError(
    'PROMPT_UNKNOWN',
    `the tag \`prompt/${found.stem}/${label}\` stands on ${where}, in which there is no \`${path}\``,
  );
}

/** A label, and what the prompt is in the commit that it stands on, if it is there. */
export interface LabelRow {
  readonly label: string;
  /** The name in the tag. */
  readonly stem: string;
  readonly commit?: string;
  readonly prompt?: PlacedPrompt;
}

/** The labels of prompts, by file; a handful of git processes serve any number. */
export async function labelsOf(
  history: PromptHistory,
  files: readonly string[],
): Promise<ReadonlyMap<string, readonly LabelRow[]>> {
  const rows = new Map(files.map(file => [file, labelRows(history, file)]));
  const open = [...rows.values()]
    .flat()
    .filter(({ commit, prompt }) => commit !== undefined && prompt === undefined);
  const folders = new Set(open.map(({ path }) => folderOf(path)));
  for (const folder of folders) {
    const inside = open.filter(({ path }) => folderOf(path) === folder);
    const placed = await history.placedAt(
      inside.flatMap(({ commit }) => commit ?? []),
      folder,
    );
    for (const row of inside) {
      const prompts = placed.get(row.commit ?? '');
      const prompt = prompts?.get(row.path.slice(row.path.lastIndexOf('/') + 1));
      if (prompt !== undefined) row.prompt = prompt;
    }
  }
  return rows;
}

interface OpenLabel {
  readonly label: string;
  readonly stem: string;
  readonly commit?: string;
  readonly path: string;
  prompt?: PlacedPrompt;
}

/** A label of the name itself goes before one of a name that it had. */
function labelRows(history: PromptHistory, file: string): OpenLabel[] {
  const lineage = history.lineage(file);
  const paths = new Set([history.pathOf(file), ...lineage.map(row => history.pathAt(row))]);
  const rows = new Map<string, OpenLabel>();
  for (const path of paths) {
    const stem = stemOf(path);
    for (const [label, { commit }] of history.labels(stem)) {
      const prompt = lineage.find(row => row.commit === commit && history.pathAt(row) === path)?.prompt;
      const found = {
        label,
        stem,
        path,
        ...(commit === undefined ? {} : { commit }),
        ...(prompt === undefined ? {} : { prompt }),
      };
      const before = rows.get(label);
      // The same name stood in several folders, one after the other.
      if (before === undefined || (before.stem === stem && before.prompt === undefined))
        rows.set(label, found);
    }
  }
  return [...rows.values()].toSorted((left, right) => (left.label < right.label ? -1 : 1));
}

/** The version that came before, so many steps. Versions of other branches count only from one of them. */
function stepBack(from: FoundVersion, history: PromptHistory, steps: number): FoundVersion {
  if (steps <= 0) return from;
  const { ref, store } = from;
  const lineage = history.lineage(ref.file).filter(row => row.prompt !== undefined);
  const own = lineage.filter(({ elsewhere }) => elsewhere !== true || from.row?.elsewhere === true);
  let { prompt, row } = from;
  let at = own.findIndex(one => one.prompt?.hash === prompt.hash);
  let left = steps;
  while (left > 0) {
    at += 1;
    const before = own[at];
    if (before?.prompt === undefined) throw beforeAll(ref, history);
    if (before.prompt.hash === prompt.hash) continue;
    prompt = before.prompt;
    row = before;
    left -= 1;
  }
  return { store, ref, prompt, ...(row === undefined ? {} : { row }), isWorking: false };
}

function beforeAll({ text, stem }: PromptRef, history: PromptHistory): CrewError {
  const message = `\`${text}\` goes back behind the first version of \`${stem}\``;
  return new CrewError('PROMPT_UNKNOWN', `${message}${shallowNote(history)}`);
}

function shallowNote({ state }: PromptHistory): string {
  return state.shallow ? '; this clone is shallow and has only a part of the history' : '';
}

async function noVersion(
  ref: PromptRef,
  history: PromptHistory,
  lineage: readonly VersionRow[],
): Promise<CrewError> {
  const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  const names = labels.map(({ label }) => label);
  const close = suggest(ref.version ?? '', names);
  const labelled = names.length === 0 ? 'it has no label' : `its labels are ${names.join(', ')}`;
  const versions = uniqueRows(lineage).slice(0, MAX_LISTED);
  const known = versions.map(row => versionName(ref.stem, row)).join(', ');
  const latest = known === '' ? 'nothing of it is committed' : `its latest versions are ${known}`;
  return new CrewError(
    'PROMPT_UNKNOWN',
    `\`${ref.stem}\` has no version \`${ref.version ?? ''}\`; ${close ?? labelled}; ${latest}${shallowNote(history)}`,
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

/** The text of the file of a version. Fails with TOOL_FAILED when git has lost it. */
export async function versionText({ store, ref, prompt, isWorking }: FoundVersion): Promise<string> {
  if (isWorking) return store.working().get(ref.file) ?? '';
  const history = await store.history();
  if ('problem' in history) throw new CrewError('PROMPT_UNKNOWN', history.problem);
  return (await history.texts([prompt.blob])).get(prompt.blob) ?? '';
}

/** The partials that a version puts in, as they were then, by name; what was not there is left out. */
export async function versionPartials(version: FoundVersion): Promise<ReadonlyMap<string, PromptFile>> {
  const { store, prompt, row, isWorking } = version;
  const names = Object.keys(prompt.partials);
  if (names.length === 0) return new Map();
  const fileOf = (name: string): string => promptFileName({ name, partial: true });
  if (isWorking) {
    const texts = store.working();
    return parsed(names.map(name => [name, texts.get(fileOf(name))]));
  }
  const history = await store.history();
  if ('problem' in history || row === undefined) return new Map();
  const placed = (await history.placedAt([row.commit], folderOf(history.pathAt(row)))).get(row.commit);
  const blobs = new Map(
    names.flatMap(name => {
      const blob = placed?.get(fileOf(name))?.blob;
      return blob === undefined ? [] : [[name, blob] as const];
    }),
  );
  const texts = await history.texts([...new Set(blobs.values())]);
  return parsed([...blobs].map(([name, blob]) => [name, texts.get(blob)]));
}

function parsed(texts: readonly (readonly [string, string | undefined])[]): ReadonlyMap<string, PromptFile> {
  return new Map(
    texts.flatMap(([name, text]) =>
      text === undefined
        ? []
        : [[name, readPromptFile(promptFileName({ name, partial: true }), text).prompt] as const],
    ),
  );
}
