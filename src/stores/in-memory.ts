import { randomUUID } from 'node:crypto';
import type { MemoryBlock, MemoryChange, MemoryNote } from '../model/memory.ts';
import { mergedNote } from '../model/merged-note.ts';
import type { MemoryStore, StoredNote, StoreEmbedder } from '../ports/memory-store.ts';
import { rankByWords, wordsOf } from './bm25.ts';
import { changedNote } from './changed-note.ts';
import { checkVector } from './check-vector.ts';
import { bestOf, byText, byTime, cosine, type HeldNote, isSomewhere, shownNote } from './held-note.ts';
import { matchesFilter } from './matches-filter.ts';
import { searchText } from './search-text.ts';
import { tallyWords } from './tally-words.ts';
import { createVersionClock } from './version-clock.ts';
import { createVersionHistory } from './version-history.ts';

const DAY_MS = 86_400_000;

/** A store that is gone with this process. Exact and linear: a search looks at every note. */
export function createInMemoryStore(): MemoryStore {
  const held = holdNotes();
  const identity = randomUUID();
  return {
    place: 'this process',
    identity: async () => identity,
    ...readNotes(held),
    ...writeNotes(held),
    ...keepRest(held),
  };
}

type HeldNotes = ReturnType<typeof holdNotes>;

function holdNotes() {
  const notes = createVersionHistory<HeldNote>();
  const blocks = createVersionHistory<MemoryBlock>();
  const clock = createVersionClock(floor => {
    notes.prune(floor);
    blocks.prune(floor);
  });
  return { notes, blocks, clock, embedder: undefined as StoreEmbedder | undefined };
}

type NoteReads = Pick<
  MemoryStore,
  'version' | 'embedder' | 'get' | 'find' | 'lexical' | 'nearest' | 'unembedded' | 'count' | 'tally'
>;

function readNotes(held: HeldNotes): NoteReads {
  const { notes, clock } = held;
  const matching = (filter: Parameters<MemoryStore['count']>[0], at?: number): readonly HeldNote[] => {
    clock.check(at);
    return notes.values(at).filter(({ note }) => matchesFilter(note, filter));
  };
  return {
    version: async () => clock.current(),
    embedder: async () => held.embedder,
    async get(ids, { at } = {}) {
      clock.check(at);
      const found = [...new Set(ids)].map(id => notes.get(id, at));
      return found.filter(one => one !== undefined).map(shownNote);
    },
    async find(filter, { limit, at, order, offset = 0 }) {
      const sign = order === 'oldest' ? 1 : -1;
      const found = matching(filter, at).map(({ note }) => note);
      return found.sort((a, b) => sign * byTime(a, b)).slice(offset, offset + limit);
    },
    async lexical(text, filter, { limit, at }) {
      const found = matching(filter, at);
      const scores = rankByWords(
        text,
        found.map(({ words }) => words),
      );
      return bestOf(found, scores, limit).filter(({ score }) => score > 0);
    },
    async nearest(vector, filter, { limit, at }) {
      const found = matching(filter, at);
      if (held.embedder === undefined) return [];
      checkVector(vector, held.embedder.dims);
      const near = isSomewhere(vector) ? found.filter(one => isSomewhere(one.vector)) : [];
      return bestOf(
        near,
        near.map(one => cosine(vector, one.vector ?? vector)),
        limit,
      );
    },
    async unembedded(limit) {
      const waiting = notes.values().flatMap(({ note, vector }) => (vector === undefined ? [note] : []));
      return waiting.sort(byTime).slice(0, limit);
    },
    count: async filter => matching(filter).length,
    tally: async (by, filter) => tallyWords(matching(filter).map(({ note }) => note[by])),
  };
}

function writeNotes(
  held: HeldNotes,
): Pick<MemoryStore, 'setEmbedder' | 'put' | 'change' | 'merge' | 'touch' | 'credit'> {
  const { notes, clock } = held;
  const hold = (stored: StoredNote): HeldNote => ({ ...stored, words: wordsOf(searchText(stored.note)) });
  const rewrite = (ids: readonly string[], change: (note: MemoryNote) => MemoryNote): void => {
    const version = clock.next();
    for (const id of new Set(ids)) {
      const before = notes.get(id);
      if (before !== undefined) notes.set(id, hold({ ...before, note: change(before.note) }), version);
    }
  };
  return {
    async setEmbedder(next) {
      if (held.embedder?.id === next.id && held.embedder.dims === next.dims) return;
      held.embedder = next;
      const version = clock.next();
      for (const { note, words } of notes.values()) notes.set(note.id, { note, words }, version);
      // Older versions have vectors of another embedder, which must not be compared with those to come.
      clock.dropBefore(version);
    },
    async put(stored) {
      for (const { vector } of stored) if (vector !== undefined) checkVector(vector, held.embedder?.dims);
      const version = clock.next();
      for (const one of stored) notes.set(one.note.id, hold(one), version);
    },
    change: async (ids, change) => rewrite(ids, note => changedNote(note, change)),
    merge: async (id, again) => rewrite([id], note => mergedNote(note, again)),
    touch: async (ids, at) =>
      rewrite(ids, note => ({ ...note, used: note.used + 1, lastUsedAt: Math.max(note.lastUsedAt, at) })),
    credit: async (id, by) =>
      rewrite([id], note => {
        if (note.lesson === undefined) return note;
        const { uses, passes, fails } = note.lesson;
        const figures = { uses: uses + by.uses, passes: passes + by.passes, fails: fails + by.fails };
        return { ...note, lesson: { ...note.lesson, ...figures } };
      }),
  };
}

function keepRest({
  notes,
  blocks,
  clock,
}: HeldNotes): Omit<
  MemoryStore,
  keyof NoteReads | keyof ReturnType<typeof writeNotes> | 'place' | 'identity'
> {
  const counters = new Map<string, number>();
  const changes = new Map<string, MemoryChange>();
  const blockKey = (scope: string, label: string): string => JSON.stringify([scope, label]);
  const bump = async (counter: string, by: number): Promise<number> => {
    const value = (counters.get(counter) ?? 0) + by;
    counters.set(counter, value);
    return value;
  };
  return {
    bump,
    nextSeq: async (scope, count) => (await bump(`seq ${scope}`, count)) - count + 1,
    async block(scope, label, { at } = {}) {
      clock.check(at);
      return blocks.get(blockKey(scope, label), at);
    },
    async blocks(scopes) {
      const found = blocks.values().filter(({ scope }) => scopes === 'all' || scopes.includes(scope));
      return found.sort((a, b) => byText(a.scope, b.scope) || byText(a.label, b.label));
    },
    async putBlock(block, expectedVersion) {
      const key = blockKey(block.scope, block.label);
      if ((blocks.get(key)?.version ?? 0) !== expectedVersion) return false;
      blocks.set(key, block, clock.next());
      return true;
    },
    async record(recorded) {
      for (const change of recorded) changes.set(change.id, change);
    },
    async changes({ target, runId }, { limit }) {
      const found = [...changes.values()].filter(
        change =>
          (target === undefined || change.target === target) &&
          (runId === undefined || change.by.runId === runId),
      );
      return found.sort((a, b) => b.at - a.at || byText(b.id, a.id)).slice(0, limit);
    },
    async forget(ids) {
      const gone = [...new Set(ids)].filter(id => notes.get(id) !== undefined);
      notes.erase(ids);
      const named = blocks.values().filter(({ scope, label }) => ids.includes(`${scope} ${label}`));
      blocks.erase(named.map(({ scope, label }) => blockKey(scope, label)));
      for (const { id, what, target } of [...changes.values()])
        if (ids.includes(target) && (what === 'block') === target.includes(' ')) changes.delete(id);
      clock.dropBefore(clock.next());
      return { count: gone.length + named.length, heldByOthers: false };
    },
    maintain: async ({ now, keepDays }) => clock.dropOlderThan(now - keepDays * DAY_MS),
    flush: async () => {},
    close: async () => {},
  };
}
