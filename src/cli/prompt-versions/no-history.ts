import { sanitizeText } from '../../reporters/sanitize.ts';

/** What is said where there is no history. Pure. */
export function noHistoryText(problem: string): string {
  const text = `versions are those of the working tree only: ${problem}`;
  return sanitizeText(text, { keepNewlines: false });
}
