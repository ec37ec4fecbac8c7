import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { suggest } from '../../language/closest.ts';
import { promptOutputFiles, promptOutputHash } from '../../language/prompt-output.ts';
import { readPromptFile } from '../../language/read-prompt-file.ts';
import { CrewError } from '../../model/crew-error.ts';
import { PROMPT_FOLDER, type PromptFile, promptNameOf } from '../../model/prompt-file.ts';
import type { StrangeFile } from '../../model/prompt-versions.ts';
import type { FlagValues, Terminal } from '../command.ts';
import { sourceReader } from '../read-files.ts';
import { makeStateDir, stateDirOf, workspaceOf } from '../workspace.ts';
import { type PlacedPrompt, promptContents } from './hash-trees.ts';
import {
  isLookedInto,
  type PromptFolder,
  promptFolder,
  promptFolders,
  readPromptTexts,
} from './prompt-folders.ts';
import { type NoHistory, openHistory, type PromptHistory } from './prompt-history.ts';
import type { PromptRef } from './prompt-ref.ts';
import { stemOf } from './prompt-ref.ts';
import { strangeFiles } from './strange-files.ts';

/** The prompts of one folder: as they stand in the working tree, and what git knows of them. */
export interface PromptStore {
  readonly folder: PromptFolder;
  /** The texts in the working tree, by file name. */
  readonly working: () => ReadonlyMap<string, string>;
  /** The versions in the working tree, by file name. */
  readonly placed: () => ReadonlyMap<string, PlacedPrompt>;
  /** The version of one file in the working tree; hashes no more than that takes. */
  readonly placedFile: (file: string) => PlacedPrompt | undefined;
  /** The hash of what a file has as its output now, as `promptOutputHash` gives it. */
  readonly output: (file: string) => string | undefined;
  /** The files that the output of a file refers to now, as the caller of the program would name them. */
  readonly outputFiles: (file: string) => readonly string[];
  /** Asked for only where it is needed: it starts git. */
  readonly history: () => Promise<PromptHistory | NoHistory>;
}

/** Where prompts are looked for. */
export interface PromptPlaces {
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/** Opens the prompts of one folder. */
export function openStore(folder: PromptFolder, { values, terminal }: PromptPlaces): PromptStore {
  const working = once(() => readPromptTexts(folder));
  const promptOf = (file: string): PromptFile =>
    readPromptFile(join(folder.path, file), working().get(file) ?? '').prompt;
  return {
    folder,
    working,
    placed: once(() => hashTexts(working())),
    placedFile: file => hashTexts(neededFor(file, working())).get(file),
    output: file => promptOutputHash(promptOf(file), sourceReader(terminal.cwd)),
    outputFiles: file =>
      promptOutputFiles(promptOf(file), sourceReader(terminal.cwd)).map(path => relative(terminal.cwd, path)),
    history: once(() =>
      openHistory({
        folder,
        cacheDir: cacheDirOf(values, terminal),
        signal: new AbortController().signal,
      }),
    ),
  };
}

/** All folders of prompts of a workspace, its own `prompts` first, or the one that was named. */
export function openStores(places: PromptPlaces, named?: string): readonly PromptStore[] {
  const workspace = workspaceOf(places.values, places.terminal);
  const folders = named === undefined ? promptFolders(workspace) : [promptFolder(workspace, named)];
  return folders.map(folder => openStore(folder, places));
}

/**
 * The store that has a prompt, or else where it is committed, or else had it. Without a folder in the reference the workspace's
 * own `prompts` goes first, then all others. Fails with PROMPT_UNKNOWN and what there is, or that there are several.
 */
export async function storeOf(ref: PromptRef, places: PromptPlaces): Promise<PromptStore> {
  const workspace = workspaceOf(places.values, places.terminal);
  if (ref.folder !== undefined) {
    const [named] = openStores(places, ref.folder);
    if (named !== undefined && (await holds(named, ref.file))) return named;
    throw await unknownPrompt(ref, named === undefined ? [] : [named]);
  }
  const own = openStore(promptFolder(workspace, PROMPT_FOLDER), places);
  if (own.working().has(ref.file)) return own;
  const others = openStores(places).slice(1);
  const there = others.filter(store => store.working().has(ref.file));
  const committed = there.length > 0 ? [] : await committedStores(own, ref.file, places);
  const isOwn = committed.some(({ folder }) => folder.path === own.folder.path);
  if (isOwn || (there.length + committed.length === 0 && (await holds(own, ref.file)))) return own;
  const known = [...there, ...committed];
  const found = known.length > 0 ? known : await filterHolding(others, ref.file);
  const [one, ...more] = found;
  if (one === undefined) throw await unknownPrompt(ref, [own, ...others]);
  if (more.length === 0) return one;
  const candidates = found.map(({ folder }) => `\`${folder.shown}/${ref.text}\``);
  throw new CrewError(
    'PROMPT_UNKNOWN',
    `several folders have a prompt \`${ref.stem}\`: ${candidates.join(', ')}`,
  );
}

/** The folders below the workspace that have a prompt in the commit that is checked out, though it is not there now. */
async function committedStores(
  own: PromptStore,
  file: string,
  places: PromptPlaces,
): Promise<readonly PromptStore[]> {
  const history = await own.history();
  if ('problem' in history || history.state.head === undefined) return [];
  const { top, head } = history.state;
  const workspace = workspaceOf(places.values, places.terminal);
  const paths = await history.sameNamedAt(head, file);
  const folders = paths.map(path => promptFolder(workspace, dirname(join(top, path))));
  return folders.filter(({ shown }) => isLookedInto(shown)).map(folder => openStore(folder, places));
}

async function filterHolding(stores: readonly PromptStore[], file: string): Promise<readonly PromptStore[]> {
  const found: PromptStore[] = [];
  for (const store of stores) if (await holds(store, file)) found.push(store);
  return found;
}

/** Whether a folder has a prompt, or had it. */
async function holds(store: PromptStore, file: string): Promise<boolean> {
  if (store.working().has(file)) return true;
  const history = await store.history();
  return 'lineage' in history && history.lineage(file).length > 0;
}

async function unknownPrompt(ref: PromptRef, stores: readonly PromptStore[]): Promise<CrewError> {
  const stems = new Set<string>();
  let problem: string | undefined;
  for (const store of stores) {
    const history = await store.history();
    if ('problem' in history) problem = history.problem;
    const files = 'files' in history ? history.files() : [];
    const named = [...store.working().keys(), ...files].filter(file => promptNameOf(file) !== undefined);
    for (const file of named) stems.add(stemOf(file));
    const strange = strangeFiles(store.folder).find(({ file }) => file === ref.file);
    if (strange !== undefined) throw strangePrompt(ref, store, strange);
  }
  const names = [...stems].toSorted();
  const close = suggest(ref.stem, names);
  const known = names.length === 0 ? 'there is none here' : `there is ${names.slice(0, 8).join(', ')}`;
  const where = ref.folder === undefined ? '' : ` in \`${ref.folder}\``;
  const blind = problem === undefined ? '' : `; its history is not known: ${problem}`;
  return new CrewError(
    'PROMPT_UNKNOWN',
    `there is no prompt \`${ref.stem}\`${where}; ${close ?? known}${blind}`,
  );
}

function strangePrompt({ stem }: PromptRef, { folder }: PromptStore, { file, why }: StrangeFile): CrewError {
  const message = `there is no prompt \`${stem}\`: \`${folder.shown}/${file}\` is no prompt, ${why}`;
  return new CrewError('PROMPT_UNKNOWN', message);
}

/** Made with its `.gitignore` where that can be. */
function cacheDirOf(values: FlagValues, terminal: Terminal): string {
  try {
    return join(makeStateDir(values, terminal), 'cache');
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return join(stateDirOf(values, terminal), 'cache');
  }
}

/** A file and the partials, any of which it may put in. */
function neededFor(file: string, texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...texts].filter(([name]) => name === file || name.startsWith('_')));
}

/** The contents need ids that differ where texts do. */
function hashTexts(texts: ReadonlyMap<string, string>): ReadonlyMap<string, PlacedPrompt> {
  const contents = promptContents();
  const tree = new Map<string, string>();
  for (const [file, text] of texts) {
    const blob = `${createHash('sha256').update(text).digest('hex')}${file.startsWith('_') ? '_' : ''}`;
    contents.add(blob, text, file.startsWith('_'));
    tree.set(file, blob);
  }
  return contents.hashTree(tree);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
