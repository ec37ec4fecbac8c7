import { dirname, resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { LockedPrompt } from '../../model/crew-lock.ts';
import type { Program } from '../../model/program.ts';
import { PROMPT_FOLDER, promptVersion, type UsedPrompt } from '../../model/prompt-file.ts';
import type { FlagValues, Terminal } from '../command.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import { promptFolder } from './prompt-folders.ts';
import {
  changedPartials,
  mendLockText,
  otherOutputText,
  type ReadPromptLock,
  readPromptLock,
} from './prompt-lock.ts';
import { LOCKED, stemOf } from './prompt-ref.ts';
import { openStore, type PromptStore } from './prompt-store.ts';

/** The prompts of a program and of the crews inside it, each version once. Pure. */
export function usedPrompts({ prompts = [], crews = {} }: Program): readonly UsedPrompt[] {
  const found = new Map<string, UsedPrompt>();
  for (const used of [...prompts, ...Object.values(crews).flatMap(usedPrompts)]) {
    found.set(`${used.file}\0${used.hash}`, used);
  }
  return [...found.values()];
}

interface Shelf {
  readonly store: PromptStore;
  readonly lock: ReadPromptLock;
}

/**
 * Fails with PROMPT_NOT_LOCKED unless each prompt that the programs use is locked in just this version. All that are not are
 * named, with both hashes, the partials that have changed, and the command that helps. Asks git nothing.
 */
export async function requireLocked(
  programs: readonly Program[],
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<void> {
  const shelves = new Map<string, Shelf>();
  const problems = new Set<string>();
  for (const used of programs.flatMap(usedPrompts)) {
    const path = dirname(resolve(terminal.cwd, used.file));
    const shelf = shelves.get(path) ?? {
      store: openStore(promptFolder(terminal.cwd, path), { values, terminal }),
      lock: await readPromptLock(path, terminal.cwd),
    };
    shelves.set(path, shelf);
    const locked = shelf.lock.lock.prompts.get(stemOf(used.file));
    if (locked?.hash === used.hash && locked.output === used.output) continue;
    problems.add(problemOf(used, shelf, { locked, now: shelf.store.placed().get(fileOf(used)) }));
  }
  if (problems.size > 0) throw new CrewError('PROMPT_NOT_LOCKED', [...problems].join('\n'));
}

function fileOf({ file }: UsedPrompt): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** With the command that shows or mends it. */
function problemOf(
  used: UsedPrompt,
  { store, lock }: Shelf,
  { locked, now }: { readonly locked: LockedPrompt | undefined; readonly now: PlacedPrompt | undefined },
): string {
  const found = promptVersion(used, used.hash);
  const name = nameOf(used, store);
  const pin = `\`crew prompt pin ${name}\` locks it`;
  if (lock.problem !== undefined) {
    const advice = `${mendLockText(lock.problem)}; then ${pin}`;
    return `\`${found}\` is not locked: \`${lock.path}\` cannot be believed, ${lock.problem}; ${advice}`;
  }
  if (!lock.isThere) return `\`${found}\` is not locked: there is no \`${lock.path}\`; ${pin}`;
  if (locked === undefined) return `\`${found}\` is not locked: \`${lock.path}\` does not know it; ${pin}`;
  const changed = now === undefined ? [] : changedPartials(locked, now).map(partial => `\`_${partial}\``);
  const what = changed.length === 0 ? '' : `; ${changed.join(', ')}, which it puts in, changed`;
  const expected = promptVersion(used, locked.hash);
  if (locked.hash === used.hash)
    return `\`${lock.path}\` has \`${expected}\` ${otherOutputText(store, fileOf(used))}; ${pin}`;
  const look = `\`crew prompt diff ${name}@${LOCKED}\` shows what has changed`;
  return `\`${lock.path}\` has \`${expected}\`, and found was \`${found}\`${what}; ${look}, ${pin}`;
}

/** A prompt as `crew prompt` takes it, and as a shell takes it. */
function nameOf({ file }: UsedPrompt, { folder }: PromptStore): string {
  const name = folder.shown === PROMPT_FOLDER ? stemOf(file) : `${folder.shown}/${stemOf(file)}`;
  return /^[\w./@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
