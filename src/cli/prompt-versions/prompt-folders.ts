import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { PROMPT_FOLDER } from '../../model/prompt-file.ts';
import { decodeText } from '../decode-text.ts';
import { isPromptFile } from './version-rows.ts';

/** A folder of prompts. */
export interface PromptFolder {
  /** Absolute; with links followed, where it is there. */
  readonly path: string;
  /** As it is shown: relative to the workspace. */
  readonly shown: string;
}

/** One folder by its path, which need not be there: its prompts may all have been taken away. Pure but for links. */
export function promptFolder(workspace: string, path: string): PromptFolder {
  const asked = resolve(workspace, path);
  const isThere = statSync(asked, { throwIfNoEntry: false })?.isDirectory() === true;
  const real = isThere ? realpathSync(asked) : asked;
  return { path: real, shown: relative(workspace, real) || '.' };
}

/**
 * The folders in and below a workspace that hold prompt files, its own `prompts` first, which is there in any case; without
 * `node_modules` and hidden folders.
 */
export function promptFolders(workspace: string): readonly PromptFolder[] {
  const own = promptFolder(workspace, PROMPT_FOLDER);
  const others = walk(workspace, '')
    .toSorted()
    .map(path => promptFolder(workspace, path))
    .filter(({ path }) => path !== own.path);
  return [own, ...others];
}

/** Whether prompts are looked for in a folder by its path from the workspace: it is in it, not hidden and no `node_modules`. Pure. */
export function isLookedInto(path: string): boolean {
  return path === '.' || path.split(/[\\/]/).every(isEntered);
}

function isEntered(name: string): boolean {
  return name !== 'node_modules' && !name.startsWith('.');
}

/** What is in a folder; nothing where one may not look into it. */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM' || code === 'ENOENT') return [];
    throw error;
  }
}

function walk(root: string, path: string): readonly string[] {
  const entries = entriesOf(join(root, path));
  const own = entries.some(entry => entry.isFile() && isPromptFile(entry.name)) ? [path] : [];
  const inside = entries
    .filter(entry => entry.isDirectory() && isEntered(entry.name))
    .flatMap(entry => walk(root, path === '' ? entry.name : `${path}/${entry.name}`));
  return [...own, ...inside];
}

/** The texts of the prompt files of a folder, by file name, without links; none where the folder is not there. Fails with FILE_UNREADABLE. */
export function readPromptTexts(folder: PromptFolder): ReadonlyMap<string, string> {
  if (statSync(folder.path, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  const names = readdirSync(folder.path).filter(isPromptFile).toSorted();
  const files = names.filter(name => isFile(join(folder.path, name)));
  return new Map(files.map(name => [name, readText(folder, name)]));
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readText({ path, shown }: PromptFolder, name: string): string {
  try {
    return decodeText(readFileSync(join(path, name)));
  } catch (error) {
    throw new CrewError(
      'FILE_UNREADABLE',
      `\`${shown}/${name}\` cannot be read: ${(error as Error).message}`,
    );
  }
}
