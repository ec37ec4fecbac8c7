import { CrewError } from '../../model/crew-error.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { loadMemoryStore } from '../wire-memory.ts';
import { realWorld } from '../world.ts';

/** A store that may be in use by several runs of this process. */
interface Shared {
  readonly store: Promise<MemoryStore>;
  users: number;
  /** Nobody did more than look at it. */
  isLookedAt: boolean;
  /** Who is told of what happens to it; the last one that came. */
  onNotice: Wish['onNotice'];
}

/** Which store has to be there, and who hears of what was damaged and mended. */
interface Wish {
  readonly identity?: string | undefined;
  readonly onNotice?: ((text: string) => void) | undefined;
  /** It is only looked at, and so left as it is. */
  readonly looks?: boolean;
}

/** A store, and what must be called once when it is not needed any more; the last one closes it. */
export interface BorrowedStore {
  readonly store: MemoryStore;
  readonly release: () => Promise<void>;
}

/** Versions of a store are kept so long, for runs that are pinned to them. */
const KEEP_DAYS = 7;
const shared = new Map<string, Shared>();

/**
 * Lends the store of a place: runs of this process that are under way at the same time have it open once. With an `identity` no
 * other store than that is opened there, and none is made. Fails with MEMORY_*.
 */
export async function borrowStore(
  place: string,
  env: { readonly [name: string]: string | undefined },
  { identity, onNotice, looks = false }: Wish = {},
): Promise<BorrowedStore> {
  const tell = (text: string): void => shared.get(place)?.onNotice?.(`memory: ${text}`);
  const known: Shared = shared.get(place) ?? {
    store: open(place, env, { identity, onNotice: tell }),
    users: 0,
    isLookedAt: true,
    onNotice,
  };
  shared.set(place, known);
  known.users += 1;
  known.isLookedAt &&= looks;
  known.onNotice = onNotice ?? known.onNotice;
  try {
    const store = await known.store;
    return { store, release: once(() => giveBack(place, known)) };
  } catch (error) {
    if (shared.get(place) === known) shared.delete(place);
    throw error;
  }
}

async function open(
  place: string,
  env: { readonly [name: string]: string | undefined },
  {
    identity,
    onNotice,
  }: { readonly identity: string | undefined; readonly onNotice: (text: string) => void },
): Promise<MemoryStore> {
  const { openLanceStore } = await loadMemoryStore();
  const expected = identity === undefined ? {} : { identity };
  return openLanceStore({ place, redactedPlace: place, env, onNotice, ...expected });
}

async function giveBack(place: string, known: Shared): Promise<void> {
  known.users -= 1;
  if (known.users > 0) return;
  if (shared.get(place) === known) shared.delete(place);
  const store = await known.store;
  try {
    if (!known.isLookedAt) await store.maintain({ now: realWorld.now(), keepDays: KEEP_DAYS });
  } catch (error) {
    // What was written is there, and whoever closes it next packs it: a folder that can only be read is looked at all the same.
    if (!(error instanceof CrewError)) throw error;
    known.onNotice?.(`memory: it was not packed, ${error.code}: ${error.message}`);
  } finally {
    await store.close();
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
}
