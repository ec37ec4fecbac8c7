import { closest } from '../../language/closest.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { MemoryBlock, MemoryNote } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';

/** Something that was named on a command line. */
export type Remembered =
  | { readonly what: 'note'; readonly note: MemoryNote }
  | { readonly what: 'block'; readonly block: MemoryBlock };

/** How many notes are looked through for the beginning of an id. */
const MOST_NOTES = 200_000;
const SHORTEST_PREFIX = 4;

/** The name of a block in changes: its scope and its label. Pure. */
export function blockTarget({ scope, label }: Pick<MemoryBlock, 'scope' | 'label'>): string {
  return `${scope} ${label}`;
}

/**
 * What is meant by an id, the beginning of one that only one note has, the label of a block, or `SCOPE LABEL` where several
 * blocks have that label. Fails with MEMORY_NOT_FOUND, naming what else it could be.
 */
export async function findRemembered(store: MemoryStore, name: string): Promise<Remembered> {
  const [exact] = await store.get([name]);
  if (exact !== undefined) return { what: 'note', note: exact.note };
  const all = await store.blocks('all');
  const blocks = all.filter(block => block.label === name || blockTarget(block) === name);
  const [block] = blocks;
  if (block !== undefined && blocks.length === 1) return { what: 'block', block };
  if (blocks.length > 1) {
    const names = blocks.map(each => `\`${blockTarget(each)}\``).join(', ');
    throw new CrewError('MEMORY_NOT_FOUND', `\`${name}\` is the name of several blocks: ${names}`);
  }
  const note = await findByPrefix(store, name);
  if (note !== undefined) return { what: 'note', note };
  if (name.length < SHORTEST_PREFIX) {
    const least = `the beginning of an id has at least ${SHORTEST_PREFIX} letters`;
    throw new CrewError('MEMORY_NOT_FOUND', `there is no note and no block \`${name}\`; ${least}`);
  }
  const meant = closest(name, [...all.map(({ label }) => label), ...all.map(blockTarget)]);
  const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
  throw new CrewError('MEMORY_NOT_FOUND', `there is no note and no block \`${name}\`${hint}`);
}

/** The note of an id or of the beginning of one. Fails with MEMORY_NOT_FOUND, also for a block. */
export async function findNote(store: MemoryStore, name: string): Promise<MemoryNote> {
  const found = await findRemembered(store, name);
  if (found.what === 'note') return found.note;
  throw new CrewError('MEMORY_NOT_FOUND', `\`${name}\` is a block, and a note is needed here`);
}

async function findByPrefix(store: MemoryStore, prefix: string): Promise<MemoryNote | undefined> {
  if (prefix.length < SHORTEST_PREFIX) return undefined;
  const all = await store.find({ scopes: 'all', states: 'all' }, { limit: MOST_NOTES, order: 'newest' });
  const found = all.filter(({ id }) => id.startsWith(prefix));
  if (found.length < 2) return found[0];
  const ids = found.slice(0, 5).map(({ id }) => `\`${id}\``);
  throw new CrewError(
    'MEMORY_NOT_FOUND',
    `${found.length} notes begin with \`${prefix}\`: ${ids.join(', ')}${found.length > 5 ? ', …' : ''}`,
  );
}
