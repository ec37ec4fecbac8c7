import { highlightCode, highlightDiff } from './highlight.ts';
import type { Cell, Line, Look } from './line.ts';
import { wrapLine } from './wrap-line.ts';

const FENCE = /^\s*(?:`{3,}|~{3,})\s*([\w+-]*)/;
const DIFF_BEGINS = /^(?:diff --git |--- \S|@@ -\d)/m;
const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__/g;

/** What a text is, which decides how it is drawn. */
export type TextKind = 'prose' | 'code' | 'diff';

/** What a text seems to be, by its beginning. */
function kindOfText(text: string): TextKind {
  if (/^\s*[[{]/.test(text)) return 'code';
  return DIFF_BEGINS.test(text.slice(0, 400)) && !/^#/m.test(text.slice(0, 400)) ? 'diff' : 'prose';
}

/**
 * Rows of a text of `cellText`, at most `columns` wide: Markdown with its headings, lists, quotes and code, or a diff, or
 * code. It only ever changes how a text looks; marks of Markdown that are not understood stay. At most `most` rows. Pure.
 */
export function richLines(
  text: string,
  columns: number,
  {
    kind = kindOfText(text),
    most = Number.POSITIVE_INFINITY,
  }: { readonly kind?: TextKind; readonly most?: number } = {},
): readonly Line[] {
  const rows: Line[] = [];
  let fence: TextKind | undefined;
  for (const line of text.split('\n')) {
    if (rows.length >= most) break;
    const opens = kind === 'prose' ? FENCE.exec(line) : null;
    if (opens !== null) {
      fence = fence === undefined ? (opens[1] === 'diff' ? 'diff' : 'code') : undefined;
      continue;
    }
    const whole = fence ?? kind;
    rows.push(...(whole === 'prose' ? proseRows(line, columns) : rawRows(line, columns, whole, fence)));
  }
  return rows.length > most ? rows.slice(0, most) : rows;
}

function rawRows(
  line: string,
  columns: number,
  kind: TextKind,
  fence: TextKind | undefined,
): readonly Line[] {
  const cells = kind === 'diff' ? highlightDiff(line) : highlightCode(line);
  if (fence === undefined) return wrapLine(cells, columns);
  const rows = wrapLine(cells, columns - 2);
  return rows.map(row => [{ text: '▏ ', look: 'dim' as const }, ...row]);
}

function proseRows(line: string, columns: number): readonly Line[] {
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading !== null) return wrapLine([{ text: heading[2] ?? '', look: 'title' }], columns);
  if (/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line))
    return [[{ text: '─'.repeat(Math.min(columns, 24)), look: 'dim' }]];
  const quote = /^\s*>\s?(.*)$/.exec(line);
  if (quote !== null) {
    const rows = wrapLine(inlineCells(quote[1] ?? '', 'dim'), columns - 2);
    return rows.map(row => [{ text: '│ ', look: 'dim' as const }, ...row]);
  }
  const item = /^(\s*)([-*+]|\d{1,3}[.)])\s+(.*)$/.exec(line);
  if (item !== null) {
    const [, indent = '', mark = '', rest = ''] = item;
    const shown = /\d/.test(mark) ? mark : '•';
    const begin = `${indent}${shown} `;
    return wrapLine([{ text: begin, look: 'cyan' }, ...inlineCells(rest)], columns, ' '.repeat(begin.length));
  }
  return wrapLine(inlineCells(line), columns);
}

function inlineCells(text: string, look: Look = 'plain'): Line {
  const cells: Cell[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) cells.push({ text: text.slice(end, match.index), look });
    const [whole, code, strong, other] = match;
    cells.push(
      code === undefined
        ? { text: strong ?? other ?? '', look: 'bold' as const }
        : { text: code, look: 'cyan' },
    );
    end = match.index + whole.length;
  }
  return end < text.length ? [...cells, { text: text.slice(end), look }] : cells;
}
