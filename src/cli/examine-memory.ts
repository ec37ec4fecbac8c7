import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import { isMemoryAddress } from '../model/memory-place.ts';
import { formatQuantity } from '../reporters/amounts.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import { type ExaminedPlace, type Finding, wordsOf } from './finding.ts';
import { chosenHere } from './memory/chosen-here.ts';
import { borrowStore } from './memory/shared-stores.ts';
import { ownMemoryPlace } from './user-folder.ts';
import { stateDirOf } from './workspace.ts';

/** What may be left out when it is installed. */
const MEMORY_PACKAGE = '@lancedb/lancedb';
/** So many notes are read whole. */
const READ_NOTES = 1_000;
const ALL = { scopes: 'all', states: 'all' } as const;

/**
 * Whether what is remembered here, and what a person keeps for all projects, can be read; a folder is opened and read, one that
 * is not there is not made, an address is not asked.
 */
export async function examineMemory(where: ExaminedPlace): Promise<readonly Finding[]> {
  // The default where settings cannot be read.
  const place = (await chosenHere(where))?.place ?? join(stateDirOf(where.values, where.terminal), 'memory');
  const own = ownMemoryPlace(where.terminal);
  const missing = isInstalled(MEMORY_PACKAGE) ? '' : `; not installed: ${MEMORY_PACKAGE}`;
  if (missing !== '') return [{ about: 'memory', state: 'note', text: `${unread(place)}${missing}` }];
  const here = await examineStore('memory', place, where);
  return holdsTables(own) && own !== place ? [here, await examineStore('own memory', own, where)] : [here];
}

async function examineStore(
  about: string,
  place: string,
  { terminal: { env } }: ExaminedPlace,
): Promise<Finding> {
  if (isMemoryAddress(place) || !holdsTables(place)) return { about, state: 'ok', text: unread(place) };
  try {
    const { store, release } = await borrowStore(place, env, { looks: true });
    try {
      const kinds = await store.tally('kind', ALL);
      await store.find(ALL, { limit: READ_NOTES, order: 'newest' });
      const blocks = await store.blocks('all');
      await store.changes({}, { limit: 1 });
      const waiting = await store.count({ scopes: 'all', states: ['quarantined'] });
      const notes = [...kinds.values()].reduce((sum, count) => sum + count, 0);
      const held = waiting === 0 ? '' : `; ${waitingWords(waiting)}`;
      const counts = `${formatQuantity(notes, 'note')}, ${formatQuantity(blocks.length, 'block')}`;
      return { about, state: 'ok', text: `${counts} in ${shown(place)}${held}` };
    } finally {
      await release();
    }
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { about, state: 'problem', text: shown(wordsOf(error)) };
  }
}

function waitingWords(count: number): string {
  return count === 1 ? '1 note waits for a person' : `${count} notes wait for a person`;
}

function unread(place: string): string {
  if (isMemoryAddress(place)) return `kept in ${shown(place)}, which is not asked here`;
  return holdsTables(place) ? `kept in ${shown(place)}` : `nothing kept yet; it will be in ${shown(place)}`;
}

/** Whether there is anything of a memory in a folder, complete or not. */
function holdsTables(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some(name => name.endsWith('.lance'));
}

function shown(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
