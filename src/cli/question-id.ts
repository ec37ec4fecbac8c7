import { createHash } from 'node:crypto';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';

const DIGITS = 8;

/** Whether a word looks like the short id of a question. Pure. */
export function isQuestionId(word: string): boolean {
  return /^[0-9a-f]{8}$/.test(word);
}

/**
 * The short id of a question, by which people name it: eight hexadecimal digits, made of the place in the run that asks and
 * of all that is asked, so that no other question of the run, and no other call with the same arguments, has it.
 * Deterministic.
 */
export function questionId({ id, question }: Pick<OpenQuestion, 'id' | 'question'>): string {
  return createHash('sha256')
    .update(JSON.stringify([id, question]))
    .digest('hex')
    .slice(0, DIGITS);
}
