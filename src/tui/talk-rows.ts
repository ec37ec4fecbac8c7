import { formatBytes, formatDuration } from '../reporters/amounts.ts';
import { textBytes } from '../reporters/summarize-value.ts';
import { columnsOf, cutStart, oneLine } from './cell-text.ts';
import { itemAt, itemsFrom } from './item-list.ts';
import { type Cell, type Line, type Look, lineOf, spread } from './line.ts';
import { richLines } from './rich-text.ts';
import type { UiState } from './ui-state.ts';
import type { StreamView, TalkItem, View } from './view.ts';
import { isInside, parentOf } from './view-phases.ts';

/** Rows of an item that are shown before it is folded. */
const FOLDED_ROWS = 10;
const ARTIFACT = /^\s*(?:\{\s*["}]|\[\s*[[{"\]]|```json\b)/;
const ROLE_LOOKS = ['cyan', 'magenta', 'blue', 'green', 'yellow'] as const;

/** A row of the conversation and the item that it is of; streams are of none. */
export interface TalkRow {
  readonly item: number | undefined;
  readonly line: Line;
}

/** The same role has the same colour in every run. Pure. */
export function roleLook(name: string): Look {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return ROLE_LOOKS[hash % ROLE_LOOKS.length] ?? 'cyan';
}

/** Whether an item passes the filter of role and phase. Pure. */
export function passes(
  filter: UiState['filter'],
  item: Pick<TalkItem, 'phase' | 'who'> & { readonly to?: string },
): boolean {
  if (filter.phase !== undefined && !isInside(item.phase, filter.phase)) return false;
  return filter.role === undefined || item.who === filter.role || item.to === filter.role;
}

/**
 * The rows of the conversation that fit, laid out from the anchor or, without one, from the end with what is being written
 * right now. Only what is seen is laid out. Pure.
 */
export function talkRows(
  view: View,
  ui: Pick<UiState, 'filter' | 'item' | 'anchor'>,
  size: { readonly columns: number; readonly rows: number },
): readonly TalkRow[] {
  const { columns, rows } = size;
  if (rows < 1 || columns < 10) return [];
  if (ui.anchor === undefined) {
    const before = gather(view, ui, { ...size, from: view.talk.next - 1, step: -1 });
    const streams = streamRows(view, ui.filter, { ...size, spare: rows - before.length });
    const above = rows - streams.length;
    return [...(above > 0 ? before.slice(-above) : []), ...streams].slice(-rows);
  }
  const { item, edge } = ui.anchor;
  if (edge === 'bottom') {
    const above = gather(view, ui, { ...size, from: item, step: -1 });
    if (above.length >= rows) return above.slice(-rows);
    const below = gather(view, ui, { columns, rows: rows - above.length, from: item + 1, step: 1 });
    return [...above, ...below].slice(0, rows);
  }
  const below = gather(view, ui, { ...size, from: item, step: 1 });
  if (below.length >= rows) return below.slice(0, rows);
  const above = gather(view, ui, { columns, rows: rows - below.length, from: item - 1, step: -1 });
  return [...above, ...below].slice(-rows);
}

interface Walk {
  readonly columns: number;
  readonly rows: number;
  readonly from: number;
  readonly step: 1 | -1;
}

function gather(
  view: View,
  ui: Pick<UiState, 'filter' | 'item'>,
  { columns, rows, from, step }: Walk,
): readonly TalkRow[] {
  const blocks: (readonly TalkRow[])[] = [];
  let count = 0;
  for (const [number, item] of itemsFrom(view.talk, from, step)) {
    if (count >= rows) break;
    if (!passes(ui.filter, item)) continue;
    const block = itemRows(item, columns - 2).map(line => ({
      item: number,
      line: [edgeCell(number === ui.item), ...line],
    }));
    blocks.push(block);
    count += block.length;
  }
  const dropped = step === -1 && count < rows && view.talk.first > 0 ? [droppedRow(view)] : [];
  return step === 1 ? blocks.flat() : [...dropped, ...blocks.toReversed().flat()];
}

function droppedRow(view: View): TalkRow {
  const text = `… ${view.talk.first} older items; crew logs ${view.runId}${view.setup.flags} shows them`;
  return { item: undefined, line: lineOf(`  ${text}`, 'dim') };
}

function edgeCell(isMarked: boolean): Cell {
  return isMarked ? { text: '▌ ', look: 'title' } : { text: '  ' };
}

const laidOut = new WeakMap<TalkItem, { readonly columns: number; readonly rows: readonly Line[] }>();

function itemRows(item: TalkItem, columns: number): readonly Line[] {
  const known = laidOut.get(item);
  if (known?.columns === columns) return known.rows;
  const rows = layOutItem(item, columns);
  laidOut.set(item, { columns, rows });
  return rows;
}

const STATE_LOOKS = { open: 'cyan', good: 'green', bad: 'red', plain: 'dim' } as const;

function layOutItem(item: TalkItem, columns: number): readonly Line[] {
  switch (item.kind) {
    case 'phase':
      // Branches begin together: they stand close.
      return parentOf(item.phase) === undefined ? [[], phaseRule(item, columns)] : [phaseRule(item, columns)];
    case 'tool': {
      const mark = item.state === 'bad' ? '✗' : item.state === 'open' ? '◌' : '•';
      const who: Cell = { text: item.who === '' ? '' : `${oneLine(item.who)} `, look: roleLook(item.who) };
      const title: Cell = { text: item.title, look: item.state === 'bad' ? 'red' : 'dim' };
      const left: Line = [{ text: `${mark} `, look: STATE_LOOKS[item.state] }, who, title];
      return [spread(left, metaLine(item), columns)];
    }
    case 'handed': {
      const left: Line = [
        { text: '⇢ ', look: 'title' },
        ...speakers(item),
        { text: `  ${item.title}`, look: 'dim' },
      ];
      return [spread(left, metaLine(item), columns), ...words(item, columns)];
    }
    case 'asked':
      return [
        spread(
          [
            { text: '? ', look: 'alert' },
            { text: item.title, look: 'bold' },
          ],
          [],
          columns,
        ),
      ];
    case 'answered':
      return [spread([{ text: '● ', look: 'good' }, { text: item.title }], [], columns)];
    case 'note': {
      const mark = item.state === 'good' ? '✓ ' : item.state === 'bad' ? '! ' : '✎ ';
      const look = item.state === 'bad' ? 'alert' : 'good';
      const who: Cell = { text: item.who === '' ? '' : `${oneLine(item.who)} `, look: roleLook(item.who) };
      return [
        spread([{ text: mark, look }, who, { text: item.title }], [], columns),
        ...words(item, columns),
      ];
    }
    case 'said':
      return saidRows(item, columns);
  }
}

function phaseRule({ phase, title, state }: TalkItem, columns: number): Line {
  const text = `── ${cutStart(oneLine(phase), Math.floor(columns / 2))} · ${title} `;
  const look = state === 'bad' ? 'yellow' : 'quiet';
  return lineOf(text + '─'.repeat(Math.max(0, columns - columnsOf(text))), look);
}

function saidRows(item: TalkItem, columns: number): readonly Line[] {
  const failed = item.state === 'bad';
  const title: Cell = { text: item.title === '' ? '' : `  ${item.title}`, look: failed ? 'bad' : 'dim' };
  const head = spread([...speakers(item), title], metaLine(item), columns);
  return [head, ...words(item, columns)];
}

function speakers({ who, to }: TalkItem): Line {
  const from: Cell = { text: oneLine(who), look: roleLook(who) };
  return to === undefined
    ? [from]
    : [from, { text: ' → ', look: 'dim' }, { text: oneLine(to), look: roleLook(to) }];
}

function metaLine({ meta }: TalkItem): Line {
  return meta === '' ? [] : lineOf(`  ${meta}`, 'dim');
}

/** What was said, folded: an artifact is named, a long text shows its beginning. */
function words({ text, left = 0 }: TalkItem, columns: number): readonly Line[] {
  if (text.trim() === '') return [];
  if (ARTIFACT.test(text))
    return [lineOf(`  wrote an artifact, ${formatBytes(textBytes(text) + left)}`, 'dim')];
  const enough = text.slice(0, (FOLDED_ROWS + 4) * columns * 2);
  const rows = richLines(enough.trimEnd(), columns - 2, { most: FOLDED_ROWS + 1 });
  const indented = rows.slice(0, FOLDED_ROWS).map(row => [{ text: '  ' }, ...row]);
  if (rows.length <= FOLDED_ROWS && enough.length === text.length) return indented;
  return [...indented, lineOf('  … Enter shows all of it', 'dim')];
}

/** What models write right now, each as its last rows: they have what else would be empty, and never all of the pane. */
function streamRows(
  view: View,
  filter: UiState['filter'],
  { columns, rows, spare }: { readonly columns: number; readonly rows: number; readonly spare: number },
): readonly TalkRow[] {
  const streams = [...view.streams.values()].filter(each =>
    passes(filter, { phase: each.phase, who: each.role }),
  );
  const asked = askedRows(view, filter).slice(0, Math.max(0, rows - streams.length));
  if (streams.length === 0) return asked;
  const all = Math.max(Math.floor(rows * 0.8), spare - asked.length);
  const room = Math.max(1, Math.floor(all / streams.length) - 1);
  return [...streams.flatMap(stream => streamBlock(stream, columns - 2, room)), ...asked];
}

/** Calls that nothing was heard of yet; where a run is only watched, nothing is heard of them until they end. */
function askedRows(view: View, filter: UiState['filter']): readonly TalkRow[] {
  return [...view.openCalls].flatMap(([key, call]) => {
    const who = call.role ?? '';
    if (call.what !== 'model' || view.streams.has(key)) return [];
    if (!passes(filter, { phase: call.phase, who })) return [];
    const line: Line = [
      { text: '┆ ', look: 'cyan' },
      { text: oneLine(who), look: roleLook(who) },
      { text: ` is asked in ${cutStart(oneLine(call.phase), 30)} …`, look: 'dim' },
    ];
    return [{ item: undefined, line }];
  });
}

function streamBlock(stream: StreamView, columns: number, rows: number): readonly TalkRow[] {
  const head: Line = [
    { text: oneLine(stream.role), look: roleLook(stream.role) },
    { text: ' writes ', look: 'cyan' },
    { text: `${cutStart(oneLine(stream.phase), 30)} · ${formatBytes(stream.length)}`, look: 'dim' },
  ];
  const body =
    ARTIFACT.test(stream.text) && stream.text.length === stream.length
      ? []
      : tailRows(stream.text, columns - 2, rows);
  return [head, ...body.map(line => [{ text: '  ' }, ...line])].map(line => ({
    item: undefined,
    line: [{ text: '┆ ', look: 'cyan' as const }, ...line],
  }));
}

/** The last rows of a text that grows. It is broken from the start of a line, so that rows stay as they are. */
function tailRows(text: string, columns: number, rows: number): readonly Line[] {
  const least = text.length - rows * columns;
  const start = least <= 0 ? 0 : text.lastIndexOf('\n', least) + 1;
  return richLines(text.slice(start).trimEnd(), columns, { kind: 'prose' }).slice(-rows);
}

/** All of an item, for the pager. Pure. */
export function wholeItem(
  view: View,
  number: number,
): { readonly title: string; readonly text: string } | undefined {
  const item = itemAt(view.talk, number);
  if (item === undefined) return undefined;
  const who = item.to === undefined ? item.who : `${item.who} → ${item.to}`;
  const head = [item.phase, who, item.title, item.meta, formatDuration(item.at)].filter(part => part !== '');
  const left = (item.left ?? 0) === 0 ? '' : `\n\n… ${item.left} more characters are in the record`;
  return { title: head.join(' · '), text: `${item.text || item.title}${left}` };
}
