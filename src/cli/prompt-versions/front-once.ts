import { readPromptFile } from '../../language/read-prompt-file.ts';
import type { PromptFile } from '../../model/prompt-file.ts';

/** The front matter with its lines `---`, the shortest that there is. */
const FRONT = /^---[ \t]*\r?\n(?:[\s\S]*?\n)??---[ \t]*(?:\r?\n|$)/;
/** Front matter that says nothing, so that what follows is a body whatever it begins with. */
const NO_FRONT = '---\n---\n';
/** Longer texts are read whole, since they may be too long. */
const LONGEST = 512 * 1024;

/**
 * Makes what reads the texts of many versions of a prompt file, in just the way of `readPromptFile`; front matter, which
 * stays the same from version to version more often than not, is read once. Pure but for that.
 */
export function promptReader(file: string): (text: string) => PromptFile {
  const known = new Map<string, PromptFile>();
  return text => {
    const plain = text.replace(/^\uFEFF/, '');
    const front = plain.length > LONGEST ? undefined : FRONT.exec(plain)?.[0];
    if (front === undefined) return readPromptFile(file, text).prompt;
    const head = known.get(front) ?? readPromptFile(file, front).prompt;
    known.set(front, head);
    const { body, includes } = readPromptFile(file, `${NO_FRONT}${plain.slice(front.length)}`).prompt;
    return { ...head, body, includes };
  };
}
