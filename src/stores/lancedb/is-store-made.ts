import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Counters are the first table that is made. */
const FIRST_TABLE = 'counters.lance';

/** Whether a memory was ever made in a folder; opening one there would make it. */
export function isStoreMade(folder: string): boolean {
  return existsSync(join(folder, FIRST_TABLE));
}
