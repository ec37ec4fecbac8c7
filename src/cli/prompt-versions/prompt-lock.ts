import { statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { LOCK_CONFLICT } from '../../language/read-lock.ts';
import { CREW_LOCK_NAME, type CrewLock, EMPTY_LOCK, type LockedPrompt } from '../../model/crew-lock.ts';
import { PROMPT_FOLDER } from '../../model/prompt-file.ts';
import { sourceReader } from '../read-files.ts';
import { loadFileChange, loadLock } from '../wire-views.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptStore } from './prompt-store.ts';

/** The lock of a folder of prompts as it is on disk, or why it cannot be believed. */
export interface ReadPromptLock {
  /** As it is shown: relative to the folder that the program was called in. */
  readonly path: string;
  readonly lock: CrewLock;
  readonly isThere: boolean;
  readonly problem?: string;
}

/**
 * Where the lock of a folder of prompts stands: beside a folder `prompts`, as that of the crews beside it; in a folder with
 * another name, for more than one could stand side by side. Pure.
 */
export function promptLockPath(folder: string): string {
  return join(basename(folder) === PROMPT_FOLDER ? dirname(folder) : folder, CREW_LOCK_NAME);
}

/** Reads the lock of a folder, whose path is absolute. Fails with FILE_UNREADABLE. */
export async function readPromptLock(folder: string, cwd: string): Promise<ReadPromptLock> {
  const { readLock } = await loadLock();
  const file = promptLockPath(folder);
  const path = relative(cwd, file);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    return { path, lock: EMPTY_LOCK, isThere: true, problem: 'it is a folder' };
  }
  const text = sourceReader(cwd)(file);
  if (text === undefined) return { path, lock: EMPTY_LOCK, isThere: false };
  const { lock, problem } = readLock(text);
  if (lock !== undefined) return { path, lock, isThere: true };
  return { path, lock: EMPTY_LOCK, isThere: true, problem };
}

/** What is to stand in a lock, made of what stands in it; nothing where it is to stay as it is. */
type ChangePrompts = (now: ReadPromptLock) => Promise<ReadonlyMap<string, LockedPrompt> | undefined>;

/**
 * Writes prompts into the lock of a folder, whose path is absolute, while no other process writes there; the servers in it
 * stay as they are. Fails with FILE_UNWRITABLE, FILE_UNREADABLE, and as `change` does.
 */
export async function changePromptLock(folder: string, cwd: string, change: ChangePrompts): Promise<void> {
  const [{ formatLock }, { changeFile }] = await Promise.all([loadLock(), loadFileChange()]);
  await changeFile(promptLockPath(folder), async () => {
    const now = await readPromptLock(folder, cwd);
    const prompts = await change(now);
    return prompts === undefined ? undefined : formatLock({ servers: now.lock.servers, prompts });
  });
}

/** The partials that differ from those that are locked, by name. Pure. */
export function changedPartials(
  locked: Pick<LockedPrompt, 'partials'>,
  now: Pick<PlacedPrompt, 'partials'>,
): readonly string[] {
  const names = new Set([...Object.keys(locked.partials), ...Object.keys(now.partials)]);
  return [...names].filter(name => locked.partials[name] !== now.partials[name]).toSorted();
}

/** What makes a lock whole again that cannot be believed. Pure. */
export function mendLockText(problem: string): string {
  if (problem.startsWith(LOCK_CONFLICT)) return 'keep one side of it and take the marks out';
  return 'put it back as it was, or delete it and accept its servers again';
}

/** Says of a prompt that is locked in its version, but not with what its output refers to, which files that can be. */
export function otherOutputText({ outputFiles }: PromptStore, file: string): string {
  const files = outputFiles(file).map(path => `\`${path}\``);
  const changed = files.length === 0 ? 'a file' : files.join(' or ');
  return `with another output: ${changed}, to which it refers, changed`;
}
