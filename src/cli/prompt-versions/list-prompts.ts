import { join, relative, resolve } from 'node:path';
import { readPromptFile } from '../../language/read-prompt-file.ts';
import { CrewError } from '../../model/crew-error.ts';
import { type PromptName, promptNameOf, promptVersion } from '../../model/prompt-file.ts';
import type { ListedFolder, ListedPrompt, PromptLabel } from '../../model/prompt-versions.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { CommandCall } from '../command.ts';
import { noPositionals } from '../positionals.ts';
import { readCrewFile } from '../read-crew-file.ts';
import { loadCompiler, loadLanguage } from '../wire.ts';
import { loadVersionsText } from '../wire-views.ts';
import { workspaceOf } from '../workspace.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import { noHistoryText } from './no-history.ts';
import { entriesOf } from './prompt-folders.ts';
import type { NoHistory, PromptHistory } from './prompt-history.ts';
import { type LabelRow, labelsOf } from './prompt-labels.ts';
import { type ReadPromptLock, readPromptLock } from './prompt-lock.ts';
import { stemOf } from './prompt-ref.ts';
import { openStores, type PromptPlaces, type PromptStore } from './prompt-store.ts';
import { usedPrompts } from './require-locked.ts';
import { strangeFiles } from './strange-files.ts';

/** `crew prompt list`: the prompts of all folders of the workspace, and how each stands to git and to the lock. */
export async function listPrompts({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  const stores = openStores({ values, terminal }).filter(isListed);
  const { users, unread } = stores.length === 0 ? NOBODY : await promptUsers({ values, terminal });
  const folders: ListedFolder[] = [];
  for (const store of stores) folders.push(await listFolder(store, users, terminal.cwd));
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, folders, unread }, null, 2)}\n`);
    return 0;
  }
  const warn = (text: string): void => terminal.stderr(`! ${sanitizeText(text, { keepNewlines: false })}\n`);
  for (const path of unread) warn(`\`${path}\` has errors, so it is not known which prompts it uses`);
  const problem = folders.find(({ noHistory }) => noHistory !== null)?.noHistory ?? undefined;
  if (problem !== undefined) terminal.stderr(`! ${noHistoryText(problem)}\n`);
  for (const { folder, lock, lockProblem, strange } of folders) {
    if (lockProblem !== null) warn(`\`${lock}\` cannot be believed: ${lockProblem}`);
    for (const { file, why } of strange) warn(`\`${folder}/${file}\` is no prompt: ${why}`);
  }
  const shown = folders.filter(({ prompts }) => prompts.length > 0);
  if (shown.length === 0) {
    terminal.stderr('There is no prompt file here; they are named `prompts/NAME.prompt.md`.\n');
    return 0;
  }
  const { formatPromptList } = await loadVersionsText();
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  terminal.stdout(formatPromptList(shown, { color: terminal.stdoutColor, columns }));
  return 0;
}

/** The crew files that use each prompt, by the absolute path of its file, and those of which it is not known. */
interface PromptUsers {
  readonly users: ReadonlyMap<string, readonly string[]>;
  readonly unread: readonly string[];
}

const NOBODY: PromptUsers = { users: new Map(), unread: [] };

function isListed({ folder, working }: PromptStore): boolean {
  return working().size > 0 || strangeFiles(folder).length > 0;
}

async function listFolder(
  store: PromptStore,
  users: ReadonlyMap<string, readonly string[]>,
  cwd: string,
): Promise<ListedFolder> {
  const files = [...store.working().keys()].filter(file => promptNameOf(file) !== undefined);
  const history = await store.history();
  const isKnown = 'state' in history;
  const labels = isKnown ? await labelsOf(history, files) : new Map<string, readonly LabelRow[]>();
  const lock = await readPromptLock(store.folder.path, cwd);
  const prompts: ListedPrompt[] = [];
  for (const file of files.toSorted(byKind)) {
    const prompt = store.placed().get(file);
    const name = promptNameOf(file);
    if (prompt === undefined || name === undefined) continue;
    const { description } = readPromptFile(file, store.working().get(file) ?? '').prompt.head;
    prompts.push({
      name: stemOf(file),
      kind: name.partial ? 'partial' : name.variant === undefined ? 'prompt' : 'variant',
      ...(description === undefined ? {} : { description }),
      hash: prompt.hash,
      version: promptVersion(name, prompt.hash),
      state: await stateOf(history, file, prompt),
      labels: (labels.get(file) ?? []).map(row => labelOf(row, name)),
      lock: name.partial ? null : lockState(lock, file, { prompt, output: store.output(file) }),
      usedBy: name.partial ? putIn(store, name) : (users.get(join(store.folder.path, file)) ?? []),
    });
  }
  return {
    folder: store.folder.shown,
    lock: lock.isThere ? lock.path : null,
    lockProblem: lock.problem ?? null,
    noHistory: isKnown ? null : history.problem,
    prompts,
    strange: strangeFiles(store.folder),
  };
}

/** Partials last. */
function byKind(left: string, right: string): number {
  const rank = (file: string): string => `${file.startsWith('_') ? 1 : 0}${stemOf(file)}`;
  return rank(left) < rank(right) ? -1 : 1;
}

async function stateOf(
  history: PromptHistory | NoHistory,
  file: string,
  { hash }: PlacedPrompt,
): Promise<ListedPrompt['state']> {
  if ('problem' in history) return 'unknown';
  return (await history.committed()).get(file)?.hash === hash ? 'committed' : 'uncommitted';
}

function labelOf({ label, prompt }: LabelRow, name: PromptName): PromptLabel {
  return { label, version: prompt === undefined ? null : promptVersion(name, prompt.hash) };
}

function lockState(
  { lock, problem }: ReadPromptLock,
  file: string,
  { prompt, output }: { readonly prompt: PlacedPrompt; readonly output: string | undefined },
): ListedPrompt['lock'] {
  if (problem !== undefined) return 'unknown';
  const locked = lock.prompts.get(stemOf(file));
  if (locked === undefined) return 'not locked';
  return locked.hash === prompt.hash && locked.output === output ? 'locked' : 'differs';
}

/** The prompts that put a partial in, at any depth. */
function putIn(store: PromptStore, { name }: PromptName): readonly string[] {
  const users = [...store.placed()].filter(([, { partials }]) => Object.hasOwn(partials, name));
  return users.map(([file]) => stemOf(file)).toSorted();
}

const CREW_FILE = /\.crew\.ya?ml$/;

/** Reads the crew files of a workspace. */
async function promptUsers({ values, terminal }: PromptPlaces): Promise<PromptUsers> {
  const workspace = workspaceOf(values, terminal);
  const [{ compileCrew }, { catalog }] = await Promise.all([loadCompiler(), loadLanguage()]);
  const users = new Map<string, string[]>();
  const unread: string[] = [];
  for (const path of crewFiles(workspace, '')) {
    const shown = relative(terminal.cwd, join(workspace, path));
    const { crew, sourceMap } = await readCrewFile(shown, terminal).catch(error => {
      if (error instanceof CrewError) return { crew: undefined, sourceMap: {} };
      throw error;
    });
    if (crew === undefined) {
      unread.push(path);
      continue;
    }
    for (const used of usedPrompts(compileCrew(crew, { sourceMap, catalog, folder: terminal.cwd }))) {
      const file = resolve(terminal.cwd, used.file);
      users.set(file, [...(users.get(file) ?? []), path]);
    }
  }
  return { users, unread };
}

function crewFiles(root: string, path: string): readonly string[] {
  const entries = entriesOf(join(root, path));
  return entries
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap(entry => {
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) return CREW_FILE.test(entry.name) ? [name] : [];
      const isSkipped = !entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.');
      return isSkipped ? [] : crewFiles(root, name);
    });
}
