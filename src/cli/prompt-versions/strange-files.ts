import { basename } from 'node:path';
import { PROMPT_FOLDER } from '../../model/prompt-file.ts';
import type { StrangeFile } from '../../model/prompt-versions.ts';
import { entriesOf, type PromptFolder } from './prompt-folders.ts';
import { nameProblem, stemOf } from './prompt-ref.ts';
import { isPromptFile } from './version-rows.ts';

/**
 * What stands in a folder of prompts and looks like one, but is none, and why: by its name, or as a link or a folder. In a folder
 * that is not named `prompts` other texts are nobody's mistake.
 */
export function strangeFiles({ path }: PromptFolder): readonly StrangeFile[] {
  const isForPrompts = basename(path) === PROMPT_FOLDER;
  return entriesOf(path)
    .flatMap(entry => {
      const why = isPromptFile(entry.name) ? whyNone(entry) : whyNot(entry, isForPrompts);
      return why === undefined ? [] : [{ file: entry.name, why }];
    })
    .toSorted((left, right) => (left.file < right.file ? -1 : 1));
}

interface Entry {
  readonly name: string;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

function whyNone(entry: Entry): string | undefined {
  if (entry.isSymbolicLink()) return 'it is a link';
  if (!entry.isFile()) return 'it is no file';
  return nameProblem(stemOf(entry.name));
}

/** Texts that tell of a folder. */
const ABOUT = /^(readme|changelog|license|contributing|notes?|todo)\b/i;

function whyNot(entry: Entry, isForPrompts: boolean): string | undefined {
  const { name } = entry;
  const looksLikeOne = /\.prompt\./i.test(name) || (isForPrompts && /\.md$/i.test(name) && !ABOUT.test(name));
  if (!looksLikeOne || name.startsWith('.') || !entry.isFile()) return undefined;
  return 'prompt files end in `.prompt.md`';
}
