import type { MemoryScope } from '../model/memory.ts';
import type { MemoryStore, NoteFilter, ScoredNote, StoredNote } from '../ports/memory-store.ts';

/** What is one person's in all projects. */
const OWN: MemoryScope = 'user';

/** A person's own store. `isThere` says whether anything was ever kept in it. */
export interface OwnPlace {
  readonly isThere: () => boolean;
  readonly open: () => Promise<MemoryStore>;
}

/**
 * One store out of two: what is kept in the scope `user` is in `own`, all else in `shared`. Versions are those of `shared`; what
 * is a person's own is always read as it is now. `own` is made when something is first kept in it, reading makes none; it keeps
 * the vectors of the embedder that it first had: other projects share it, so where `shared` has another one, what is one's own
 * is found by words. Fails as both do.
 */
export function createStoreByScope(shared: MemoryStore, place: OwnPlace): MemoryStore {
  let opened: Promise<MemoryStore> | undefined;
  const own = (): Promise<MemoryStore> => {
    opened ??= place.open();
    return opened;
  };
  const ownIfThere = async (): Promise<MemoryStore | undefined> =>
    opened !== undefined || place.isThere() ? own() : undefined;
  const stores = async (): Promise<readonly MemoryStore[]> => {
    const mine = await ownIfThere();
    return mine === undefined ? [shared] : [shared, mine];
  };
  const of = async (scope: MemoryScope): Promise<MemoryStore> => (scope === OWN ? own() : shared);
  return {
    place: shared.place,
    identity: () => shared.identity(),
    version: () => shared.version(),
    embedder: () => shared.embedder(),
    setEmbedder: embedder => shared.setEmbedder(embedder),
    nextSeq: async (scope, count) => (await of(scope)).nextSeq(scope, count),
    put: async notes => {
      const mine = notes.filter(({ note }) => note.scope === OWN);
      const others = notes.filter(({ note }) => note.scope !== OWN);
      if (others.length > 0) await shared.put(others);
      if (mine.length === 0) return;
      const store = await own();
      const fits = await takesVectors(shared, store);
      await store.put(fits ? mine : mine.map(({ note }) => ({ note })));
    },
    ...searches(shared, ownIfThere),
    ...changes(shared, { own, ownIfThere, stores }),
    block: async (scope, label, options) =>
      scope === OWN ? (await ownIfThere())?.block(scope, label) : shared.block(scope, label, options),
    blocks: async scopes => {
      const held = await parts(scopes, shared, ownIfThere);
      return (await Promise.all(held.map(part => part.store.blocks(part.scopes)))).flat();
    },
    putBlock: async (block, expected) => (await of(block.scope)).putBlock(block, expected),
    bump: async (counter, by) =>
      counter.endsWith(` ${OWN}`) ? (await own()).bump(counter, by) : shared.bump(counter, by),
    forget: async ids => {
      const gone = await Promise.all((await stores()).map(store => store.forget(ids)));
      return {
        count: gone.reduce((sum, { count }) => sum + count, 0),
        heldByOthers: gone.some(one => one.heldByOthers),
      };
    },
    maintain: async options => {
      await Promise.all([shared.maintain(options), ifOpen(opened, store => store.maintain(options))]);
    },
    flush: async () => {
      await Promise.all([shared.flush(), ifOpen(opened, store => store.flush())]);
    },
    close: async () => {
      await Promise.all([shared.close(), ifOpen(opened, store => store.close())]);
    },
  };
}

/** Whether the vectors of both stores are of one embedder. */
async function hasSameVectors(shared: MemoryStore, own: MemoryStore): Promise<boolean> {
  const [one, other] = await Promise.all([shared.embedder(), own.embedder()]);
  return one !== undefined && one.id === other?.id && one.dims === other.dims;
}

/** The same, after a store that never had an embedder has got that of the other. */
async function takesVectors(shared: MemoryStore, own: MemoryStore): Promise<boolean> {
  const embedder = await shared.embedder();
  if (embedder !== undefined && (await own.embedder()) === undefined) await own.setEmbedder(embedder);
  return hasSameVectors(shared, own);
}

type OwnIfThere = () => Promise<MemoryStore | undefined>;

async function ifOpen(
  opened: Promise<MemoryStore> | undefined,
  act: (store: MemoryStore) => Promise<void>,
): Promise<void> {
  if (opened !== undefined) await act(await opened);
}

/** The stores that scopes are in, each with those of its own. */
async function parts(
  scopes: readonly MemoryScope[] | 'all',
  shared: MemoryStore,
  ownIfThere: OwnIfThere,
): Promise<readonly Part[]> {
  const others = scopes === 'all' ? ('all' as const) : scopes.filter(scope => scope !== OWN);
  const mine = scopes === 'all' || scopes.includes(OWN) ? await ownIfThere() : undefined;
  return [
    ...(others === 'all' || others.length > 0 ? [{ store: shared, scopes: others, isOwn: false }] : []),
    ...(mine === undefined ? [] : [{ store: mine, scopes: [OWN], isOwn: true }]),
  ];
}

interface Part {
  readonly store: MemoryStore;
  readonly scopes: readonly MemoryScope[] | 'all';
  readonly isOwn: boolean;
}

function searches(
  shared: MemoryStore,
  ownIfThere: OwnIfThere,
): Pick<MemoryStore, 'get' | 'find' | 'lexical' | 'nearest' | 'unembedded' | 'count' | 'tally'> {
  const inParts = async <Found>(
    filter: NoteFilter,
    ask: (store: MemoryStore, filter: NoteFilter, at: { readonly isOwn: boolean }) => Promise<Found>,
  ): Promise<readonly Found[]> =>
    Promise.all(
      (await parts(filter.scopes, shared, ownIfThere)).map(({ store, scopes, isOwn }) =>
        ask(store, { ...filter, scopes }, { isOwn }),
      ),
    );
  return {
    async get(ids, options) {
      const found = await shared.get(ids, options);
      const missing = ids.filter(id => !found.some(({ note }) => note.id === id));
      if (missing.length === 0) return found;
      return [...found, ...((await (await ownIfThere())?.get(missing)) ?? [])];
    },
    async find(filter, { order, limit, offset = 0, at }) {
      const most = limit + offset;
      const found = await inParts(filter, (store, part, { isOwn }) =>
        store.find(part, { order, limit: most, ...(isOwn || at === undefined ? {} : { at }) }),
      );
      if (found.length === 1 && offset === 0) return found[0] ?? [];
      const sign = order === 'newest' ? -1 : 1;
      return found
        .flat()
        .toSorted((a, b) => sign * (a.createdAt - b.createdAt || a.seq - b.seq))
        .slice(offset, most);
    },
    lexical: async (text, filter, { limit, at }) =>
      best(
        await inParts(filter, (store, part, { isOwn }) =>
          store.lexical(text, part, { limit, ...(isOwn || at === undefined ? {} : { at }) }),
        ),
        limit,
      ),
    nearest: async (vector, filter, { limit, at }) =>
      best(
        await inParts(filter, async (store, part, { isOwn }) => {
          if (isOwn && !(await hasSameVectors(shared, store))) return [];
          return store.nearest(vector, part, { limit, ...(isOwn || at === undefined ? {} : { at }) });
        }),
        limit,
      ),
    async unembedded(limit) {
      const here = await shared.unembedded(limit);
      const mine = await ownIfThere();
      if (mine === undefined || !(await hasSameVectors(shared, mine))) return here;
      return [...here, ...(await mine.unembedded(limit))].slice(0, limit);
    },
    count: async filter =>
      (await inParts(filter, (store, part) => store.count(part))).reduce((sum, count) => sum + count, 0),
    tally: async (by, filter) => {
      const counts = new Map<string, number>();
      for (const part of await inParts(filter, (store, each) => store.tally(by, each)))
        for (const [word, count] of part) counts.set(word, (counts.get(word) ?? 0) + count);
      return counts;
    },
  };
}

function best(found: readonly (readonly ScoredNote[])[], limit: number): readonly ScoredNote[] {
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  return found
    .flat()
    .toSorted((a, b) => b.score - a.score || (a.note.id < b.note.id ? -1 : 1))
    .slice(0, limit);
}

/** What names notes by their ids goes to where they are; an id that is nowhere changes nothing. */
function changes(
  shared: MemoryStore,
  {
    own,
    ownIfThere,
    stores,
  }: {
    readonly own: () => Promise<MemoryStore>;
    readonly ownIfThere: OwnIfThere;
    readonly stores: () => Promise<readonly MemoryStore[]>;
  },
): Pick<MemoryStore, 'change' | 'merge' | 'touch' | 'credit' | 'record' | 'changes'> {
  const split = async (ids: readonly string[]) => {
    const here = new Set((await shared.get(ids)).map(({ note }: StoredNote) => note.id));
    return { here: ids.filter(id => here.has(id)), there: ids.filter(id => !here.has(id)) };
  };
  return {
    change: async (ids, change) => {
      const { here, there } = await split(ids);
      if (here.length > 0) await shared.change(here, change);
      if (there.length > 0) await (await ownIfThere())?.change(there, change);
    },
    touch: async (ids, at) => {
      const { here, there } = await split(ids);
      if (here.length > 0) await shared.touch(here, at);
      if (there.length > 0) await (await ownIfThere())?.touch(there, at);
    },
    merge: async (id, again) => {
      const { here } = await split([id]);
      await (here.length > 0 ? shared : await ownIfThere())?.merge(id, again);
    },
    credit: async (id, by) => {
      const { here } = await split([id]);
      await (here.length > 0 ? shared : await ownIfThere())?.credit(id, by);
    },
    record: async rows => {
      const { there } = await split(rows.flatMap(({ what, target }) => (what === 'note' ? [target] : [])));
      const held = there.length === 0 ? undefined : await ownIfThere();
      const found = (await held?.get([...new Set(there)])) ?? [];
      const strangers = new Set(found.map(({ note }) => note.id));
      const mine = rows.filter(({ what, target }) =>
        what === 'block' ? target.startsWith(`${OWN} `) : strangers.has(target),
      );
      const others = rows.filter(row => !mine.includes(row));
      if (others.length > 0) await shared.record(others);
      if (mine.length > 0) await (await own()).record(mine);
    },
    changes: async (filter, { limit }) =>
      (await Promise.all((await stores()).map(store => store.changes(filter, { limit }))))
        .flat()
        .toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
  };
}
