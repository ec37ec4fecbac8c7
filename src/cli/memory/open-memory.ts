import { existsSync } from 'node:fs';
import type { MemorySettings, OpenMemory } from '../../memory/open-memory.ts';
import { CrewError } from '../../model/crew-error.ts';
import { type CrewMemory, DEFAULT_HALF_LIFE_MS } from '../../model/crew-memory.ts';
import type { MemoryStore, StoreEmbedder } from '../../ports/memory-store.ts';
import { ownMemoryPlace } from '../user-folder.ts';
import { loadEmbedders, loadEmptyStore, loadMemoryStore, loadStoreByScope } from '../wire-memory.ts';
import { realWorld } from '../world.ts';
import type { MemoryChoice } from './choose-memory.ts';
import { borrowEmbedder } from './shared-embedders.ts';
import { borrowStore } from './shared-stores.ts';

/** An open memory, and what must be called once when it is not needed any more. */
export interface OpenedMemory {
  readonly memory: OpenMemory;
  readonly release: () => Promise<void>;
}

/** How a memory is opened. */
export interface OpenMemoryOptions {
  readonly choice: MemoryChoice;
  /** What its crew declares of scores and expiry; the defaults when left out. */
  readonly declared?: Pick<CrewMemory, 'scoring' | 'stream' | 'expiresAfterMs'> | undefined;
  readonly env: { readonly [name: string]: string | undefined };
  /** Takes secrets out of what is written. */
  readonly redact: (text: string) => string;
  readonly run?: OpenMemory['run'];
  /** What vectors are for: a run gives them to notes that have none; `read` searches with those that are there; `anew` makes all. */
  readonly vectors?: 'grow' | 'read' | 'anew';
  /** It is only looked at, as a run would begin with it: nothing is made and nothing written, no server is asked. */
  readonly looks?: boolean;
  /** How long a server of vectors may take for one text. */
  readonly patienceMs?: number;
  /** After so long it is said that one is waited for; a second when left out. */
  readonly slowMs?: number;
  /** Hears why notes are found by words alone. */
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Hears of long work. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Used instead of the one at the place, as tests do. */
  readonly store?: MemoryStore | undefined;
}

/**
 * Opens a memory: its store, the person's own store for what is theirs in all projects, and its vectors. Vectors that
 * another embedder made, or that cannot be had now, are told of, and notes are found by words. Fails with MEMORY_*.
 */
export async function openMemory(options: OpenMemoryOptions): Promise<OpenedMemory> {
  const { redact, run, declared } = options;
  const opened = options.store === undefined ? await borrowStores(options) : lent(options.store);
  try {
    const { release: giveBack, ...vectors } = await openVectors(
      { ...options, seenBy: opened.main },
      opened.store,
    );
    const memory: OpenMemory = {
      store: opened.store,
      settings: settingsOf(declared),
      now: () => realWorld.now(),
      redact,
      ...vectors,
      ...(run === undefined ? {} : { run }),
    };
    const grows = (options.vectors ?? 'grow') === 'grow' && options.looks !== true;
    if (grows) await giveVectors(memory, options);
    return {
      memory,
      release: async () => {
        await giveBack();
        await opened.release();
      },
    };
  } catch (error) {
    await opened.release();
    throw error;
  }
}

/** How notes are scored and kept where a crew declares this of its memory. Pure. */
export function settingsOf(declared: OpenMemoryOptions['declared']): MemorySettings {
  if (declared === undefined) return { scoring: 'hybrid', weights: {}, halfLifeMs: DEFAULT_HALF_LIFE_MS };
  const { scoring, stream, expiresAfterMs } = declared;
  const { weights, halfLifeMs } = stream;
  return { scoring, weights, halfLifeMs, ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }) };
}

function lent(store: MemoryStore) {
  return { store, main: store, release: async () => undefined };
}

/** The store of the place, with that of the person behind it. */
async function borrowStores(options: OpenMemoryOptions) {
  const { choice, env, run, onNotice, onProgress = onNotice, looks = false } = options;
  const wish = { onNotice: onProgress, looks };
  const { isStoreMade } = await loadMemoryStore();
  const isThere = (place: string): boolean => (looks ? isStoreMade(place) : existsSync(place));
  const isEmpty = looks && !isThere(choice.place);
  const main = isEmpty
    ? lent({ ...(await loadEmptyStore()), place: choice.place })
    : await borrowStore(choice.place, env, { identity: run?.store, ...wish });
  const { createStoreByScope } = await loadStoreByScope();
  const mine: { release: () => Promise<void> }[] = [];
  const ownPlace = ownMemoryPlace({ env });
  const openOwn = async (): Promise<MemoryStore> => {
    const own = await borrowStore(ownPlace, env, wish);
    mine.push(own);
    return own.store;
  };
  return {
    store: createStoreByScope(main.store, { isThere: () => isThere(ownPlace), open: openOwn }),
    main: main.store,
    release: async () => {
      for (const each of [...mine, main]) await each.release();
    },
  };
}

/** What makes vectors for this purpose, or a word on why notes are found without. */
async function openVectors(
  options: OpenMemoryOptions & { readonly seenBy?: MemoryStore },
  store: MemoryStore,
): Promise<Vectors> {
  const { choice, env, onNotice, onProgress = onNotice, vectors = 'grow', seenBy, looks = false } = options;
  const { patienceMs, slowMs } = options;
  const held = await store.embedder();
  const own = held === undefined ? 'none' : (embedderNamed(held.id, choice.embedder) ?? 'none');
  const use = vectors === 'read' ? own : choice.embedder;
  if (vectors === 'read' && held?.id.startsWith('llama:') && use === 'none') {
    return without(unnamedFile(held), onNotice);
  }
  if (use === 'none') return NO_VECTORS;
  const other = held !== undefined && vectors !== 'anew' ? held : undefined;
  if (other !== undefined && embedderNamed(other.id, use) !== use)
    return without(otherVectors(other, use), onNotice);
  if (looks && held === undefined) return NO_VECTORS;
  if (looks && NOT_FOR_A_LOOK.test(use))
    return without(
      `notes are found by words alone: who looks asks no server and opens no model, such as ${use}`,
      onNotice,
    );
  const borrowed = await borrowEmbedder({
    ...{ store: seenBy ?? store, use, held, env, patienceMs, slowMs },
    onWaiting: () =>
      onProgress?.(
        `memory: waits for vectors of \`${use}\`, a few seconds at most; without them notes are found by their words`,
      ),
    onTrouble: error => onNotice?.(`memory: ${troubleText(use, error)}`),
  });
  const { embedder, trouble, release } = borrowed;
  if (embedder !== undefined && other !== undefined && !isSame(embedder, other)) {
    await release();
    return without(otherVectors(other, use, embedder), onNotice);
  }
  const wordsAlone = (): string | undefined => {
    const error = trouble();
    return error === undefined ? undefined : troubleText(use, error);
  };
  return { ...(embedder === undefined ? {} : { embedder }), wordsAlone, release };
}

/** Embedders that are asked over the network, if only of this machine, or have native code read a file. */
const NOT_FOR_A_LOOK = /^(?:openai|ollama|llama):/;

interface Vectors extends Pick<OpenMemory, 'embedder' | 'wordsAlone'> {
  readonly release: () => Promise<void>;
}

const NO_VECTORS: Vectors = { release: async () => undefined };

function without(why: string, onNotice: OpenMemoryOptions['onNotice']): Vectors {
  onNotice?.(`memory: ${why}`);
  return { ...NO_VECTORS, wordsAlone: () => why };
}

/**
 * The embedder, as it is asked for, whose vectors bear an id; undefined for one that this version does not know. An id of a
 * model in a file does not say where the file is: that which is wanted may be it. Pure.
 */
function embedderNamed(id: string, wanted: string): string | undefined {
  if (id.startsWith('llama:')) return wanted.startsWith('llama:') ? wanted : undefined;
  if (id.startsWith('static@')) return 'static';
  if (id.startsWith('use-lite@')) return 'use';
  return id.includes(':') ? id : undefined;
}

function isSame(one: StoreEmbedder, other: StoreEmbedder): boolean {
  return one.id === other.id && one.dims === other.dims;
}

function otherVectors({ id }: StoreEmbedder, use: string, found?: StoreEmbedder): string {
  const asked = found === undefined || found.id === use ? use : `${use}, which is ${found.id},`;
  return `notes are found by words alone: their vectors are of ${id}, and ${asked} is asked for; \`crew memory embed --embedder ${use}\` makes them anew`;
}

function unnamedFile({ id }: StoreEmbedder): string {
  return `notes are found by words alone: their vectors are of ${id}, and no setting says where its file is: \`memory.embedder: llama:PATH\``;
}

function troubleText(use: string, { code, message }: CrewError): string {
  return `the embedder \`${use}\` cannot be asked, so notes are found by words alone: ${code}: ${message}`;
}

/** So many notes are embedded without a word. */
const FEW_NOTES = 200;

/** Gives vectors to the notes that have none; those of another embedder are never touched. */
async function giveVectors(memory: OpenMemory, { onProgress }: OpenMemoryOptions): Promise<void> {
  const { ensureEmbedder } = await loadEmbedders();
  let told = false;
  try {
    await ensureEmbedder(memory, {
      onProgress: ({ embedder, done, total }) => {
        if (total <= FEW_NOTES || told || done > 0) return;
        told = true;
        onProgress?.(`memory: ${total} notes get vectors of ${embedder}; this happens once`);
      },
    });
  } catch (error) {
    // Whoever lends the embedder has told of it.
    if (!(error instanceof CrewError) || error.code.startsWith('MEMORY_')) throw error;
  }
}
