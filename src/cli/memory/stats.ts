import { noPositionals } from '../positionals.ts';
import { ownMemoryPlace } from '../user-folder.ts';
import { loadMemoryText } from '../wire-views.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

const EVERYTHING = 10_000_000;
const ALL = { scopes: 'all', states: 'all' } as const;

/** `crew memory stats`: where memory is, with which embedder, and how much of what it holds; and where a person's own is. */
export const statsOfMemory: MemoryVerb = async (call, { store, now }) => {
  noPositionals(call.positionals);
  const stored = await store.embedder();
  const document = {
    place: store.place,
    version: await store.version(),
    embedder: stored?.id ?? 'none',
    notes: await store.count(ALL),
    blocks: (await store.blocks('all')).length,
    withoutVector: stored === undefined ? 0 : (await store.unembedded(EVERYTHING)).length,
    byKind: sorted(await store.tally('kind', ALL)),
    byState: sorted(await statesOf(store, now())),
    byScope: sorted(await store.tally('scope', ALL)),
    own: {
      place: ownMemoryPlace(call.terminal),
      notes: await store.count({ scopes: ['user'], states: 'all' }),
    },
  };
  if (call.values.json === true) {
    printJson(call, document);
    return 0;
  }
  const { textTable } = await loadMemoryText();
  const rows = [
    ['place', document.place],
    ['version', String(document.version)],
    ['embedder', document.embedder],
    [
      'notes',
      `${document.notes}${document.withoutVector === 0 ? '' : `, ${document.withoutVector} without vector`}`,
    ],
    ['blocks', String(document.blocks)],
    ['kinds', words(document.byKind)],
    ['states', words(document.byState)],
    ['scopes', words(document.byScope)],
    ['for all projects', `${document.own.notes} in ${document.own.place}`],
  ];
  call.terminal.stdout(
    textTable(rows)
      .map(row => `${row}\n`)
      .join(''),
  );
  return 0;
};

/** How many notes are in each state; active ones that have expired stand by themselves. */
async function statesOf(
  store: Parameters<MemoryVerb>[1]['store'],
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const states = new Map(await store.tally('state', ALL));
  const valid = await store.count({ scopes: 'all', validAt: now });
  const expired = (states.get('active') ?? 0) - valid;
  if (expired <= 0) return states;
  states.delete('active');
  return new Map([...states, ...(valid === 0 ? [] : ([['active', valid]] as const)), ['expired', expired]]);
}

function sorted(counts: ReadonlyMap<string, number>) {
  const rows = [...counts].toSorted(([one, many], [other, more]) => more - many || (one < other ? -1 : 1));
  return Object.fromEntries(rows);
}

function words(counts: { readonly [name: string]: number }): string {
  const rows = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return rows.slice(0, 12).join(', ') || '-';
}
