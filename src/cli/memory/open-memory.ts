import { join } from 'node:path';
import type { MemorySettings, OpenMemory } from '../../memory/open-memory.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { CrewMemory } from '../../model/crew-memory.ts';
import type { RunMemory } from '../../model/fact.ts';
import type { Embedder } from '../../ports/embedder.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { userFolder } from '../user-folder.ts';
import { loadEmbedders, loadStoreByScope } from '../wire-memory.ts';
import { realWorld } from '../world.ts';
import type { MemoryChoice } from './choose-memory.ts';
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
  readonly run?: (RunMemory & { readonly runId: string }) | undefined;
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Used instead of the one at the place, as tests do. */
  readonly store?: MemoryStore | undefined;
}

/** How long notes count as new where nobody says it: three days. */
const HALF_LIFE_MS = 259_200_000;

/**
 * Opens a memory: its store, the person's own store for what is theirs in all projects, and its vectors, which are made anew
 * when another embedder made them. Vectors that cannot be had now are told of, and notes are found by words. Fails with MEMORY_*.
 */
export async function openMemory(options: OpenMemoryOptions): Promise<OpenedMemory> {
  const { choice, env, redact, run, declared } = options;
  const opened = options.store === undefined ? await borrowStores(choice.place, env) : lent(options.store);
  try {
    const embedder = await openEmbedder(options, opened.store);
    const memory: OpenMemory = {
      store: opened.store,
      settings: settingsOf(declared),
      now: () => realWorld.now(),
      redact,
      ...(embedder === undefined ? {} : { embedder }),
      ...(run === undefined ? {} : { run }),
    };
    await bringUpToDate(memory, options);
    return {
      memory,
      release: async () => {
        await opened.release();
        await embedder?.close?.();
      },
    };
  } catch (error) {
    await opened.release();
    throw error;
  }
}

function settingsOf(declared: OpenMemoryOptions['declared']): MemorySettings {
  if (declared === undefined) return { scoring: 'hybrid', weights: {}, halfLifeMs: HALF_LIFE_MS };
  const { scoring, stream, expiresAfterMs } = declared;
  const { weights, halfLifeMs } = stream;
  return { scoring, weights, halfLifeMs, ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }) };
}

function lent(store: MemoryStore): { readonly store: MemoryStore; readonly release: () => Promise<void> } {
  return { store, release: async () => undefined };
}

/** The store of the place, with that of the person behind it. */
async function borrowStores(place: string, env: OpenMemoryOptions['env']) {
  const main = await borrowStore(place, env);
  const { createStoreByScope } = await loadStoreByScope();
  const mine: { release: () => Promise<void> }[] = [];
  const openOwn = async (): Promise<MemoryStore> => {
    const own = await borrowStore(join(userFolder({ env }), 'memory'), env);
    mine.push(own);
    return own.store;
  };
  return {
    store: createStoreByScope(main.store, openOwn),
    release: async () => {
      for (const each of [...mine, main]) await each.release();
    },
  };
}

async function openEmbedder(
  { choice, env, onNotice }: OpenMemoryOptions,
  store: MemoryStore,
): Promise<Embedder | undefined> {
  const { createEmbedder, postJson } = await loadEmbedders();
  try {
    return await createEmbedder(choice.embedder, { env, post: postJson }, await store.embedder());
  } catch (error) {
    if (!(error instanceof CrewError) || error.code.startsWith('MEMORY_')) throw error;
    onNotice?.(byWordsAlone(error));
    return undefined;
  }
}

/** So many notes are embedded without a word. */
const FEW_NOTES = 200;

async function bringUpToDate(memory: OpenMemory, { onNotice }: OpenMemoryOptions): Promise<void> {
  const { ensureEmbedder } = await loadEmbedders();
  let told = false;
  try {
    await ensureEmbedder(memory, {
      onProgress: ({ embedder, done, total }) => {
        if (total <= FEW_NOTES || told || done > 0) return;
        told = true;
        onNotice?.(`memory: ${total} notes get vectors of ${embedder}; this happens once`);
      },
    });
  } catch (error) {
    if (!(error instanceof CrewError) || error.code.startsWith('MEMORY_')) throw error;
    onNotice?.(byWordsAlone(error));
  }
}

function byWordsAlone({ code, message }: CrewError): string {
  return `memory: notes are found by words alone, ${code}: ${message}`;
}
