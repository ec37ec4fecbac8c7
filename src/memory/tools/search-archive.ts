import type { MemoryNote } from '../../model/memory.ts';
import type { NoteFilter, ScoredNote } from '../../ports/memory-store.ts';
import { embedTexts } from '../embed-texts.ts';
import type { OpenMemory } from '../open-memory.ts';
import { pinnedReads } from '../pinned-reads.ts';
import { RECALLED_KINDS } from '../recall-query.ts';

/** How many notes each way of searching brings in. */
const POOL = 200;
/** What vectors weigh beside words; as in `retrieve.ts`. */
const VECTOR_WEIGHT = 0.7;
/** Of two that fit equally well, the one that matters more comes first. */
const IMPORTANCE_WEIGHT = 0.1;

/**
 * Notes for a search that a role makes by itself: by words and by meaning, narrowed by `filter`, best first; without a query
 * the newest first. What has expired is left out. In a pinned run as it was when the run began, and what the run wrote.
 */
export async function searchArchive(
  memory: OpenMemory,
  query: string,
  { filter, limit }: { readonly filter: NoteFilter; readonly limit: number },
): Promise<readonly MemoryNote[]> {
  const reads = await pinnedReads(memory);
  const wanted: NoteFilter = { kinds: [...RECALLED_KINDS, 'lesson'], ...filter, validAt: memory.now() };
  if (query === '') return reads.find(wanted, { limit, order: 'newest' });
  const { vectors } = await embedTexts(memory, [query], 'query');
  const vector = vectors?.[0];
  const size = Math.max(POOL, limit);
  const [words, meaning] = await Promise.all([
    reads.lexical(query, wanted, size),
    vector === undefined ? [] : reads.nearest(vector, wanted, size),
  ]);
  return ranked(words, meaning).slice(0, limit);
}

function ranked(words: readonly ScoredNote[], meaning: readonly ScoredNote[]): readonly MemoryNote[] {
  const notes = new Map([...meaning, ...words].map(({ note }) => [note.id, note]));
  const byWords = unitScores(words);
  const byMeaning = unitScores(meaning);
  const scoreOf = ({ id, importance }: MemoryNote): number =>
    (byWords.get(id) ?? 0) + VECTOR_WEIGHT * (byMeaning.get(id) ?? 0) + IMPORTANCE_WEIGHT * importance;
  return [...notes.values()]
    .map(note => ({ note, score: scoreOf(note) }))
    .toSorted((left, right) => right.score - left.score || (left.note.id < right.note.id ? -1 : 1))
    .map(({ note }) => note);
}

/** 1 for the best; the worst of those that were found still counts for something. */
function unitScores(found: readonly ScoredNote[]): ReadonlyMap<string, number> {
  const scores = found.map(({ score }) => score);
  const [best, worst] = [Math.max(...scores), Math.min(0, ...scores)];
  const span = best - worst;
  return new Map(found.map(({ note, score }) => [note.id, span === 0 ? 1 : (score - worst) / span]));
}
