import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';

/** Writes a text to the file that `-o` named, or to stdout without one. Fails with FILE_UNWRITABLE. */
export function writeOut(text: string, out: string | undefined, terminal: Terminal): void {
  if (out === undefined) return terminal.stdout(text);
  try {
    writeFileSync(resolve(terminal.cwd, out), text);
  } catch (error) {
    throw new CrewError('FILE_UNWRITABLE', `\`${out}\` cannot be written: ${(error as Error).message}`);
  }
}
