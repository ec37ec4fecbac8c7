import type { MemoryNote, MemoryScope } from '../model/memory.ts';
import type { RecalledNote } from '../model/recall.ts';
import type { NoteFilter } from '../ports/memory-store.ts';
import { embedTexts } from './embed-texts.ts';
import { namedIn, withoutNames } from './named-author.ts';
import type { OpenMemory } from './open-memory.ts';
import { pickDiverse } from './pick-diverse.ts';
import { type PinnedReads, pinnedReads } from './pinned-reads.ts';
import { RECALLED_KINDS, type RecallQuery } from './recall-query.ts';
import { weightsOf } from './recall-weights.ts';
import { fitNotes, type RankedNote } from './recalled-note.ts';
import { PAPER_SCORING, scoreGenerativeAgents } from './score-generative-agents.ts';
import { type HybridCandidate, scoreHybrid } from './score-hybrid.ts';

/** How many notes each search gives; of 50 only, every hundredth piece of evidence was missed. */
const FOUND_BY_EACH = 100;
/** The most notes of a stream that are held against each other. */
const LONGEST_STREAM = 5000;
/** How many times more notes than wanted are looked at for such as say the same. */
const DIVERSE_AMONG = 3;

/**
 * Finds the best notes for a text, best first, with the parts of their scores: only active ones, of the scopes that are
 * asked for, that have not expired; together they take at most `maxTokens`. `hybrid` is `scoreHybrid` over what words and
 * vectors find and the notes next to those; `generative-agents` scores the whole stream as the paper does; `newest` does not
 * look at the text. A run sees the store as it was when it began, and its own notes. Reads only: see `MemoryStore.touch`.
 * The same for the same store, query and moment. Fails as the store does.
 */
export async function retrieve(
  memory: OpenMemory,
  query: RecallQuery,
  signal?: AbortSignal,
): Promise<readonly RecalledNote[]> {
  if (query.scopes.length === 0 || query.limit <= 0 || query.maxTokens <= 0) return [];
  const now = memory.now();
  const filter: NoteFilter = {
    scopes: query.scopes,
    kinds: query.kinds ?? RECALLED_KINDS,
    validAt: now,
    ...(query.minTrust === undefined ? {} : { minTrust: query.minTrust }),
  };
  const search = { memory, reads: await pinnedReads(memory), query, filter, now, signal };
  switch (query.scoring ?? memory.settings.scoring) {
    case 'hybrid':
      return fitNotes(pickDiverse(await rankHybrid(search), DIVERSE_AMONG * query.limit), query).toSorted(
        bestFirst,
      );
    case 'generative-agents':
      return fitNotes(await rankStream(search), query);
    case 'newest':
      return fitNotes(await rankNewest(search), query);
  }
}

interface Search {
  readonly memory: OpenMemory;
  readonly reads: PinnedReads;
  readonly query: RecallQuery;
  readonly filter: NoteFilter;
  readonly now: number;
  readonly signal: AbortSignal | undefined;
}

async function rankHybrid({
  memory,
  reads,
  query,
  filter,
  now,
  signal,
}: Search): Promise<readonly RankedNote[]> {
  const weights = weightsOf('hybrid', memory.settings.weights);
  const vectorOfText = async (): Promise<Float32Array | undefined> =>
    weights.vector === 0 ? undefined : (await embedTexts(memory, [query.text], 'query', signal)).vectors?.[0];
  const [allWords, byVector] = await Promise.all([
    reads.lexical(query.text, filter, FOUND_BY_EACH),
    vectorOfText().then(vector => (vector === undefined ? [] : reads.nearest(vector, filter, FOUND_BY_EACH))),
  ]);
  const names = query.authors ?? [...allWords, ...byVector].map(({ note }) => note.role);
  const named = weights.author === 0 ? [] : namedIn(names, query.text);
  // A name stands in every note of its role and hides the other words; who wrote a note counts by itself.
  const others = named.length === 0 ? '' : withoutNames(query.text, named);
  const byOthers = others === '' ? [] : await reads.lexical(others, filter, FOUND_BY_EACH);
  const byWords = byOthers.length === 0 ? allWords : byOthers;
  const pool = new Map<string, HybridCandidate>();
  for (const { note, score } of byWords) pool.set(note.id, { note, words: score });
  for (const { note, score } of byVector) pool.set(note.id, { ...pool.get(note.id), note, cosine: score });
  if (weights.neighbours !== 0) {
    for (const note of await neighboursOf(reads, filter, [...pool.values()])) pool.set(note.id, { note });
  }
  const question = { text: query.text, weights, halfLifeMs: memory.settings.halfLifeMs, now };
  const authors = query.authors === undefined ? {} : { authors: query.authors };
  return scoreHybrid([...pool.values()], { ...question, ...authors });
}

/** The notes one before and one after those of the pool, of the same run and phase, that are not in it. */
async function neighboursOf(
  reads: PinnedReads,
  filter: NoteFilter,
  pool: readonly HybridCandidate[],
): Promise<readonly MemoryNote[]> {
  const wanted = new Map<MemoryScope, Set<number>>();
  const inPool = new Set(pool.map(({ note }) => placeOf(note)));
  const beside = new Set<string>();
  for (const { note } of pool) {
    for (const seq of [note.seq - 1, note.seq + 1]) {
      const place = placeOf({ ...note, seq });
      if (inPool.has(place)) continue;
      beside.add(place);
      const seqs = wanted.get(note.scope) ?? new Set();
      wanted.set(note.scope, seqs.add(seq));
    }
  }
  const found = await Promise.all(
    [...wanted].map(([scope, seqs]) =>
      reads.find({ ...filter, scopes: [scope], seqs: [...seqs] }, { limit: seqs.size, order: 'oldest' }),
    ),
  );
  return found.flat().filter(note => beside.has(placeOf(note)));
}

function placeOf({ scope, runId, phase, seq }: MemoryNote): string {
  return JSON.stringify([scope, runId, phase, seq]);
}

async function rankStream({
  memory,
  reads,
  query,
  filter,
  now,
  signal,
}: Search): Promise<readonly RankedNote[]> {
  const weights = weightsOf('generative-agents', memory.settings.weights);
  const [notes, { vectors }] = await Promise.all([
    reads.find(filter, { limit: LONGEST_STREAM, order: 'newest' }),
    embedTexts(memory, [query.text], 'query', signal),
  ]);
  const vector = vectors?.[0];
  // Without vectors, words are what relevance is taken from.
  const found = await (vector === undefined
    ? reads.lexical(query.text, filter, LONGEST_STREAM)
    : reads.nearest(vector, filter, LONGEST_STREAM));
  const relevance = new Map(found.map(({ note, score }) => [note.id, score]));
  const least = Math.min(0, ...relevance.values());
  const byId = new Map(notes.map(note => [note.id, note]));
  const stream = notes.map(({ id, lastUsedAt, importance }) => ({
    ...{ id, lastUsedAt, importance },
    relevance: relevance.get(id) ?? least,
  }));
  const scored = scoreGenerativeAgents(stream.toReversed(), { ...PAPER_SCORING, weights, now });
  return scored.flatMap(({ id, score, parts }) => {
    const note = byId.get(id);
    return note === undefined ? [] : [{ note, score, parts: { ...parts } }];
  });
}

async function rankNewest({ reads, query, filter }: Search): Promise<readonly RankedNote[]> {
  const notes = await reads.find(filter, { limit: query.limit * DIVERSE_AMONG, order: 'newest' });
  return notes.map((note, at) => ({ note, score: 1 / (at + 1), parts: { newest: 1 / (at + 1) } }));
}

function bestFirst(one: RecalledNote, other: RecalledNote): number {
  return other.score - one.score || (one.id < other.id ? -1 : 1);
}
