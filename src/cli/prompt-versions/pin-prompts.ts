import { CrewError } from '../../model/crew-error.ts';
import type { LockedPrompt } from '../../model/crew-lock.ts';
import { promptNameOf } from '../../model/prompt-file.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { CommandCall } from '../command.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import {
  changedPartials,
  changePromptLock,
  mendLockText,
  type ReadPromptLock,
  readPromptLock,
} from './prompt-lock.ts';
import { parsePromptRef, stemOf } from './prompt-ref.ts';
import { openStores, type PromptStore, storeOf } from './prompt-store.ts';
import { versionOf } from './version-moments.ts';

/** What was done with one prompt of a lock; `to` is null for one that is not there any more. */
interface Pinned {
  readonly name: string;
  readonly lock: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly partials: readonly string[];
  /** A file that its output refers to has changed. */
  readonly output: boolean;
}

/**
 * `crew prompt pin NAME…` and `--all`: writes prompts as they stand in the working tree into the `crew.lock` of their folder.
 * `--all` also takes out those that are not there any more. What is locked as it is stays untouched, to the byte.
 */
export async function pinPrompts({ positionals, values, terminal }: CommandCall): Promise<number> {
  const isAll = values.all === true;
  if (isAll === positionals.length > 0) {
    throw new CrewError('USAGE', 'expected `crew prompt pin PROMPT...` or `crew prompt pin --all`');
  }
  const places = { values, terminal };
  const wanted = new Map<string, { readonly store: PromptStore; readonly files: Set<string> }>();
  for (const text of positionals) {
    const { store, file } = await wantedPrompt(text, places);
    const row = wanted.get(store.folder.path) ?? { store, files: new Set<string>() };
    row.files.add(file);
    wanted.set(store.folder.path, row);
  }
  for (const store of isAll ? openStores(places) : []) {
    wanted.set(store.folder.path, { store, files: new Set([...store.working().keys()].filter(isPinnable)) });
  }
  const pinned: Pinned[] = [];
  for (const { store, files } of wanted.values()) {
    pinned.push(...(await pinFolder(store, { files, isAll, cwd: terminal.cwd })));
  }
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, pinned }, null, 2)}\n`);
    return 0;
  }
  if (pinned.length === 0) terminal.stderr('There is no prompt here to pin.\n');
  for (const row of pinned) terminal.stdout(`${sanitizeText(pinnedText(row), { keepNewlines: false })}\n`);
  return 0;
}

/** Partials are locked with the prompts that put them in. */
function isPinnable(file: string): boolean {
  return promptNameOf(file)?.partial === false;
}

async function wantedPrompt(
  text: string,
  places: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<{ readonly store: PromptStore; readonly file: string }> {
  const ref = parsePromptRef(text);
  if (ref.version !== undefined || ref.back > 0) {
    throw new CrewError(
      'USAGE',
      `what is pinned is what stands in the working tree, and found was \`${text}\``,
    );
  }
  if (!isPinnable(ref.file)) {
    throw new CrewError(
      'USAGE',
      `\`${ref.stem}\` is a partial: it is locked with the prompts that put it in`,
    );
  }
  const store = await storeOf(ref, places);
  if (store.working().has(ref.file)) return { store, file: ref.file };
  throw new CrewError('PROMPT_UNKNOWN', `the prompt \`${ref.stem}\` is not in the working tree`);
}

interface Pinning {
  readonly files: ReadonlySet<string>;
  readonly isAll: boolean;
  readonly cwd: string;
}

/** What is to be pinned is known, and git was asked, before other processes are locked out. */
async function pinFolder(store: PromptStore, pinning: Pinning): Promise<readonly Pinned[]> {
  const { path: folder } = store.folder;
  const now = await readPromptLock(folder, pinning.cwd);
  if (pinning.files.size === 0 && !now.isThere) return [];
  let planned = await planPins(store, pinning, now);
  if (!planned.differs) return planned.pinned;
  await changePromptLock(folder, pinning.cwd, async lock => {
    planned = await planPins(store, pinning, lock);
    return planned.differs ? planned.prompts : undefined;
  });
  return planned.pinned;
}

interface PlannedPins {
  readonly pinned: readonly Pinned[];
  readonly prompts: ReadonlyMap<string, LockedPrompt>;
  readonly differs: boolean;
}

async function planPins(
  store: PromptStore,
  { files, isAll }: Pinning,
  { path, lock, problem }: ReadPromptLock,
): Promise<PlannedPins> {
  if (problem !== undefined) {
    const advice = `${mendLockText(problem)}; then pin again`;
    throw new CrewError('FILE_UNREADABLE', `\`${path}\` cannot be believed: ${problem}; ${advice}`);
  }
  const prompts = new Map(lock.prompts);
  const pinned: Pinned[] = [];
  for (const file of [...files].toSorted()) {
    const prompt = store.placed().get(file);
    if (prompt === undefined) continue;
    const before = prompts.get(stemOf(file));
    const output = store.output(file);
    const same = before?.output === output ? sameAs(before, prompt) : undefined;
    const fresh = same ?? (await lockedPrompt(store, file, prompt));
    const now = output === undefined ? fresh : { ...fresh, output };
    prompts.set(stemOf(file), now);
    pinned.push(rowOf(file, path, { before, now }));
  }
  const lost = isAll ? [...prompts].filter(([stem]) => !files.has(`${stem}.prompt.md`)) : [];
  for (const [stem, before] of lost) {
    prompts.delete(stem);
    pinned.push(rowOf(`${stem}.prompt.md`, path, { before, now: undefined }));
  }
  const differs = pinned.some(
    ({ from, to, output, partials }) => from !== to || output || partials.length > 0,
  );
  return { pinned, prompts, differs };
}

/** The commit says where to find it; it does not count. */
function sameAs(before: LockedPrompt | undefined, prompt: PlacedPrompt): LockedPrompt | undefined {
  if (before?.hash !== prompt.hash || changedPartials(before, prompt).length > 0) return undefined;
  return before;
}

async function lockedPrompt(store: PromptStore, file: string, prompt: PlacedPrompt): Promise<LockedPrompt> {
  const { hash, partials } = prompt;
  const history = await store.history();
  if ('problem' in history) return { hash, partials };
  const row = history.lineage(file).find(one => one.prompt?.hash === hash && one.elsewhere !== true);
  return row === undefined ? { hash, partials } : { hash, partials, commit: row.commit };
}

function rowOf(
  file: string,
  lock: string,
  { before, now }: { readonly before: LockedPrompt | undefined; readonly now: LockedPrompt | undefined },
): Pinned {
  return {
    name: stemOf(file),
    lock,
    from: before === undefined ? null : versionOf(file, before.hash),
    to: now === undefined ? null : versionOf(file, now.hash),
    partials: before === undefined || now === undefined ? [] : changedPartials(before, now),
    output: before !== undefined && now !== undefined && before.output !== now.output,
  };
}

function pinnedText({ name, lock, from, to, partials, output }: Pinned): string {
  if (to === null) return `${lock}: ${name} is gone and was taken out`;
  if (from === null) return `${lock}: ${to} is locked now`;
  if (from === to && output) return `${lock}: ${to} has another output now`;
  if (from === to) return `${lock}: ${to} was locked already`;
  const changed = partials.length === 0 ? '' : ` (partials that changed: ${partials.join(', ')})`;
  return `${lock}: ${from} became ${to}${changed}`;
}
