import { embedTexts } from './embed-texts.ts';
import type { OpenMemory } from './open-memory.ts';
import { RECALLED_KINDS } from './recall-query.ts';

/** What is nearest of a store tells how near notes are that have nothing to do with it. */
const NEAREST = 100;
/** Of fewer notes nothing can be told. */
const ENOUGH_NOTES = 10;
/** Of an embedder that was not measured, among few notes. */
const NEAR_AMONG_FEW = 0.5;
/** How far a cosine stands out from the others that is more than chance, in standard deviations. */
const OUTSTANDING = 2;

/**
 * The ids of those of some notes that are about a text: they share a word with it, or are near it in meaning. Near is what the
 * embedder says, as it was measured (`Embedder.near`), else what stands out from the nearest notes of the store by two standard
 * deviations. Fails as the store does.
 */
export async function idsAbout(
  memory: OpenMemory,
  text: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { store } = memory;
  const filter = { scopes: 'all', ids } as const;
  const [byWords, near] = await Promise.all([
    store.lexical(text, filter, { limit: ids.length }),
    nearIds(memory, text, ids),
  ]);
  return new Set([...byWords.filter(({ score }) => score > 0).map(({ note }) => note.id), ...near]);
}

async function nearIds(memory: OpenMemory, text: string, ids: readonly string[]): Promise<readonly string[]> {
  const { store, embedder } = memory;
  const [vector] = (await embedTexts(memory, [text], 'query')).vectors ?? [];
  if (embedder === undefined || vector === undefined) return [];
  const [found, around] = await Promise.all([
    store.nearest(vector, { scopes: 'all', ids }, { limit: ids.length }),
    store.nearest(vector, { scopes: 'all', kinds: RECALLED_KINDS }, { limit: NEAREST }),
  ]);
  const least = embedder.near ?? outstanding(around.map(({ score }) => score));
  return found.filter(({ score }) => score >= least).map(({ note }) => note.id);
}

function outstanding(cosines: readonly number[]): number {
  if (cosines.length < ENOUGH_NOTES) return NEAR_AMONG_FEW;
  const mean = cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
  const variance = cosines.reduce((sum, each) => sum + (each - mean) ** 2, 0) / cosines.length;
  return mean + OUTSTANDING * Math.sqrt(variance);
}
