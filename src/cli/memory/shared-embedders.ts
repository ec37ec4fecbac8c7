import { CrewError } from '../../model/crew-error.ts';
import type { Embedder } from '../../ports/embedder.ts';
import type { MemoryStore, StoreEmbedder } from '../../ports/memory-store.ts';
import { loadEmbedders } from '../wire-memory.ts';
import { realWorld } from '../world.ts';

/** What makes the vectors of a store, in use by several runs of this process, or what became of it. */
interface Shared {
  opening: Promise<Embedder> | undefined;
  users: number;
  trouble: { readonly error: CrewError; readonly at: number } | undefined;
  readonly listeners: Set<(error: CrewError) => void>;
  readonly waiting: Set<() => void>;
}

/** An embedder, or why there is none now; `release` is called once when it is not needed any more. */
export interface BorrowedEmbedder {
  readonly embedder?: Embedder;
  /** What went wrong, and makes that notes are found by words alone. */
  readonly trouble: () => CrewError | undefined;
  readonly release: () => Promise<void>;
}

/** How an embedder is borrowed. */
export interface EmbedderWish {
  readonly store: MemoryStore;
  readonly use: string;
  readonly held: StoreEmbedder | undefined;
  readonly env: { readonly [name: string]: string | undefined };
  readonly patienceMs?: number | undefined;
  /** Hears of trouble once; also of that which was there before. */
  readonly onTrouble?: ((error: CrewError) => void) | undefined;
  /** Hears, once, that a question takes its time; nobody can tell yet whether it will be answered. */
  readonly onWaiting?: (() => void) | undefined;
  /** After so long `onWaiting` is told; a second when left out. */
  readonly slowMs?: number | undefined;
}

/** Who looks at an empty screen for so long wants to know why. */
const SLOW_MS = 1_000;

/** So long nobody asks again what failed: longer than most runs, and short enough for a process that serves many. */
const TROUBLE_LASTS_MS = 600_000;
/** What is wrong with one text, and not with the server. */
const OF_ONE_TEXT: ReadonlySet<string> = new Set(['PROVIDER_REFUSED', 'CONTEXT_OVERFLOW']);

const shared = new WeakMap<MemoryStore, Map<string, Shared>>();

/**
 * Lends what makes the vectors of a store; a failure is remembered for all who borrow it, so that nobody waits for it twice. A
 * server is asked for one short text first, so that one which says nothing is found out soon. Fails with MEMORY_* only.
 */
export async function borrowEmbedder(wish: EmbedderWish): Promise<BorrowedEmbedder> {
  const known = sharedOf(wish);
  const { onTrouble: tell, onWaiting } = wish;
  if (tell !== undefined) known.listeners.add(tell);
  if (onWaiting !== undefined) known.waiting.add(onWaiting);
  const past = troubleOf(known);
  known.users += 1;
  const release = async (): Promise<void> => {
    if (tell !== undefined) known.listeners.delete(tell);
    if (onWaiting !== undefined) known.waiting.delete(onWaiting);
    known.users -= 1;
    if (known.users > 0) return;
    const opening = known.opening;
    known.opening = undefined;
    await (await opening?.catch(() => undefined))?.close?.();
  };
  const trouble = () => troubleOf(known);
  if (past !== undefined) {
    tell?.(past);
    return { trouble, release };
  }
  try {
    known.opening ??= open(wish, known);
    return { embedder: await known.opening, trouble, release };
  } catch (error) {
    known.opening = undefined;
    if (!(error instanceof CrewError) || error.code.startsWith('MEMORY_')) {
      await release();
      throw error;
    }
    if (troubleOf(known) === undefined) remember(known, error);
    return { trouble, release };
  }
}

function sharedOf({ store, use }: EmbedderWish): Shared {
  const ofStore = shared.get(store) ?? new Map<string, Shared>();
  shared.set(store, ofStore);
  const known = ofStore.get(use) ?? {
    ...{ opening: undefined, users: 0, trouble: undefined },
    listeners: new Set<(error: CrewError) => void>(),
    waiting: new Set<() => void>(),
  };
  ofStore.set(use, known);
  return known;
}

async function open(wish: EmbedderWish, known: Shared): Promise<Embedder> {
  const { use, held, env, patienceMs, slowMs = SLOW_MS } = wish;
  const heard = <Answer>(act: () => Promise<Answer>) => tellingOfWaits(known, slowMs, act);

  const { createEmbedder, postJson } = await loadEmbedders();
  const doors = { env, post: postJson, ...(patienceMs === undefined ? {} : { patienceMs }) };
  const embedder = await heard(() => createEmbedder(use, doors, held));
  if (embedder === undefined)
    throw new CrewError('EMBEDDER_UNAVAILABLE', 'expected an embedder, found `none`');
  // One that was asked for its dimensions just now has answered.
  let answers = !use.includes(':') || held?.id !== embedder.id;
  return {
    ...embedder,
    embed: async (texts, kind, signal) => {
      const past = troubleOf(known);
      if (past !== undefined) throw past;
      try {
        if (!answers && kind === 'note')
          await heard(() => embedder.embed(['are you there?'], 'query', signal));
        answers = true;
        const ask = () => embedder.embed(texts, kind, signal);
        // Of many notes that get their vectors is told elsewhere.
        return await (kind === 'query' ? heard(ask) : ask());
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof CrewError) remember(known, error);
        throw error;
      }
    },
  };
}

/** Tells whoever wants to know when a question takes long, each once. */
async function tellingOfWaits<Answer>(
  { waiting }: Shared,
  slowMs: number,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const timer = setTimeout(() => {
    const all = [...waiting];
    waiting.clear();
    for (const tell of all) tell();
  }, slowMs);
  try {
    return await act();
  } finally {
    clearTimeout(timer);
  }
}

function remember(known: Shared, error: CrewError): void {
  if (!OF_ONE_TEXT.has(error.code)) known.trouble = { error, at: realWorld.now() };
  for (const tell of known.listeners) tell(error);
}

function troubleOf({ trouble }: Shared): CrewError | undefined {
  return trouble === undefined || realWorld.now() - trouble.at > TROUBLE_LASTS_MS ? undefined : trouble.error;
}
