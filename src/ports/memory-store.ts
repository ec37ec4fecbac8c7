import type {
  LessonRecord,
  MemoryBlock,
  MemoryChange,
  MemoryNote,
  MemoryScope,
  NoteKind,
  NoteState,
  Trust,
} from '../model/memory.ts';
import type { SaidAgain } from '../model/merged-note.ts';

/** Which notes are meant; all that is given must hold. `states` is `['active']` when left out. */
export interface NoteFilter {
  /** Never empty: nothing is found outside of these. */
  readonly scopes: readonly MemoryScope[] | 'all';
  readonly states?: readonly NoteState[] | 'all';
  readonly kinds?: readonly NoteKind[];
  readonly ids?: readonly string[];
  readonly crew?: string;
  readonly runId?: string;
  readonly phase?: string;
  readonly role?: string;
  readonly tagsAny?: readonly string[];
  readonly tagsAll?: readonly string[];
  readonly sources?: readonly string[];
  readonly evidence?: readonly string[];
  readonly hash?: string;
  readonly seqs?: readonly number[];
  /** Written at or after, and before. */
  readonly since?: number;
  readonly until?: number;
  readonly minTrust?: Trust;
  /** Leaves out what has expired by then. */
  readonly validAt?: number;
}

/** `at` reads the store as it was at a version; fails with MEMORY_VERSION_GONE when that is not kept any more. */
interface ReadOptions {
  readonly limit: number;
  readonly at?: number;
}

/** A note with its vector, of the embedder that the store is for; absent while it has none. */
export interface StoredNote {
  readonly note: MemoryNote;
  readonly vector?: Float32Array;
}

/** A note that was found. `score` is BM25 for words, and the cosine, -1..1, for vectors; both are better when larger. */
export interface ScoredNote extends StoredNote {
  readonly score: number;
}

/** What may be changed of a note without writing it again. */
export type NoteChange = Partial<
  Pick<MemoryNote, 'state' | 'supersededBy' | 'expiresAt' | 'importance' | 'tags' | 'outcome' | 'trust'>
> & { readonly lesson?: LessonRecord };

/** What became of a wish to forget: how many notes and blocks were taken away, and whether older versions still hold them. */
export interface Forgotten {
  readonly count: number;
  /** Others have the store open, so older versions go when the last of them closes it. */
  readonly heldByOthers: boolean;
}

/** What notes are counted by. */
type TallyOf = 'scope' | 'kind' | 'state';

/** What the vectors of a store are of. */
export interface StoreEmbedder {
  readonly id: string;
  readonly dims: number;
}

/**
 * Keeps notes, blocks and their history.
 * 1. `put` is an upsert by id: what is written twice is there once, whoever wrote it at the same time.
 * 2. What a resolved `put`, `change`, `putBlock` or `record` wrote is found by every later read, of any process, and survives kill -9.
 * 3. A vector that has not just `dims` finite numbers is refused (RangeError, our bug), never padded or cut.
 * 4. `putBlock` writes only over the version that it names; counters of `bump` lose no step, whoever counts.
 * 5. A filter's scopes are a wall: nothing else is ever given out.
 * Fails with MEMORY_UNAVAILABLE (store cannot be reached or opened), MEMORY_DAMAGED.
 * @see ../../test/contracts/memory-store.ts
 */
export interface MemoryStore {
  /** Where it is, as people know it; without secrets. */
  readonly place: string;
  /** Tells it from every other store, also from one that is at its place later. */
  identity(): Promise<string>;
  /** The latest version; grows with every write of notes or blocks. */
  version(): Promise<number>;
  /** Undefined until it was set. */
  embedder(): Promise<StoreEmbedder | undefined>;
  /** Sets what vectors are of; vectors of another embedder are gone then, the notes stay. */
  setEmbedder(embedder: StoreEmbedder): Promise<void>;
  /** Gives the next `count` places in the order of a scope and returns the first. */
  nextSeq(scope: MemoryScope, count: number): Promise<number>;
  put(notes: readonly StoredNote[]): Promise<void>;
  /** In the order of the ids; those that are not there are left out. */
  get(ids: readonly string[], options?: { readonly at?: number }): Promise<readonly StoredNote[]>;
  find(
    filter: NoteFilter,
    options: ReadOptions & { readonly order: 'newest' | 'oldest'; readonly offset?: number },
  ): Promise<readonly MemoryNote[]>;
  /** By words, best first; none for a text without any word to look for. */
  lexical(text: string, filter: NoteFilter, options: ReadOptions): Promise<readonly ScoredNote[]>;
  /** By vector, best first; notes without one are not found. */
  nearest(vector: Float32Array, filter: NoteFilter, options: ReadOptions): Promise<readonly ScoredNote[]>;
  /** Notes that have no vector yet, oldest first; what an embedder still has to do. */
  unembedded(limit: number): Promise<readonly MemoryNote[]>;
  count(filter: NoteFilter): Promise<number>;
  /** How many notes there are of each scope, kind or state; those that have none are left out. Reads no note. */
  tally(by: TallyOf, filter: NoteFilter): Promise<ReadonlyMap<string, number>>;
  change(ids: readonly string[], change: NoteChange): Promise<void>;
  /** A note was said again; what several say at once is all counted. */
  merge(id: string, again: SaidAgain): Promise<void>;
  /** Notes that they were used and when; may be written later than it returns. */
  touch(ids: readonly string[], at: number): Promise<void>;
  /** Adds to figures of a lesson; a step is never lost. */
  credit(
    id: string,
    by: { readonly uses: number; readonly passes: number; readonly fails: number },
  ): Promise<void>;
  block(
    scope: MemoryScope,
    label: string,
    options?: { readonly at?: number },
  ): Promise<MemoryBlock | undefined>;
  blocks(scopes: readonly MemoryScope[] | 'all'): Promise<readonly MemoryBlock[]>;
  /** True when it was written; false when the block is not at `expectedVersion` (0: not there) any more. */
  putBlock(block: MemoryBlock, expectedVersion: number): Promise<boolean>;
  record(changes: readonly MemoryChange[]): Promise<void>;
  /** Newest first. */
  changes(
    filter: { readonly target?: string; readonly runId?: string },
    options: { readonly limit: number },
  ): Promise<readonly MemoryChange[]>;
  /** Adds to a counter and returns its new value; it begins at 0. */
  bump(counter: string, by: number): Promise<number>;
  /**
   * Takes notes away for good, out of all versions, with what their history said of them; a block is named by its scope and
   * label, with a space between. Older versions are gone then, or when the last of those who have the store open closes it.
   */
  forget(ids: readonly string[]): Promise<Forgotten>;
  /** Packs, indexes and cleans what has to be; cheap when nothing has. */
  maintain(options: { readonly now: number; readonly keepDays: number }): Promise<void>;
  /** Waits until everything that was begun is written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
