import type { MemoryNote } from '../../model/memory.ts';
import { noPositionals } from '../positionals.ts';
import { loadMemoryText } from '../wire-views.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

const EVERYTHING = 10_000_000;

/** `crew memory stats`: where memory is, with which embedder, and how much of what it holds. */
export const statsOfMemory: MemoryVerb = async (call, { store }) => {
  noPositionals(call.positionals);
  const notes = await store.find({ scopes: 'all', states: 'all' }, { limit: EVERYTHING, order: 'oldest' });
  const blocks = await store.blocks('all');
  const stored = await store.embedder();
  const unembedded = stored === undefined ? 0 : (await store.unembedded(EVERYTHING)).length;
  const document = {
    place: store.place,
    version: await store.version(),
    embedder: stored?.id ?? 'none',
    notes: notes.length,
    blocks: blocks.length,
    withoutVector: unembedded,
    byKind: tally(notes, ({ kind }) => kind),
    byState: tally(notes, ({ state }) => state),
    byScope: tally(notes, ({ scope }) => scope),
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
    ['notes', `${document.notes}${unembedded === 0 ? '' : `, ${unembedded} without vector`}`],
    ['blocks', String(document.blocks)],
    ['kinds', words(document.byKind)],
    ['states', words(document.byState)],
    ['scopes', words(document.byScope)],
  ];
  call.terminal.stdout(
    textTable(rows)
      .map(row => `${row}\n`)
      .join(''),
  );
  return 0;
};

function tally(notes: readonly MemoryNote[], nameOf: (note: MemoryNote) => string) {
  const counts = new Map<string, number>();
  for (const note of notes) counts.set(nameOf(note), (counts.get(nameOf(note)) ?? 0) + 1);
  const rows = [...counts].toSorted(([one, many], [other, more]) => more - many || (one < other ? -1 : 1));
  return Object.fromEntries(rows);
}

function words(counts: { readonly [name: string]: number }): string {
  const rows = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return rows.slice(0, 12).join(', ') || '-';
}
