import { CrewError } from '../model/crew-error.ts';
import type { CommandCall } from './command.ts';

/** What was found of one thing: `note` is good to know, `problem` keeps something from working. */
export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly text: string;
}

/** Where something is looked for. */
export type ExaminedPlace = Pick<CommandCall, 'values' | 'terminal'>;

/** What went wrong, in the words of its error. Pure. */
export function wordsOf(error: unknown): string {
  if (error instanceof CrewError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
