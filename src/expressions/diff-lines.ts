import { type ComparedLine, compareLines } from '../model/compare-lines.ts';

const CONTEXT = 3;
const MOST_LINES = 2000;
const SIGNS = { same: ' ', added: '+', removed: '-' } as const;

/**
 * What makes `after` of `before`, as hunks of a unified diff without names of files. Empty where the lines are the same; the ends
 * of lines and the last one do not count. At most 2,000 lines, then how many more there are. Pure.
 */
export function diffLines(before: string, after: string): string {
  const lines = compareLines(plainLines(before), plainLines(after));
  const isShown = showsAround(lines);
  const rows: string[] = [];
  let old = 1;
  let now = 1;
  for (const [index, { kind, text }] of lines.entries()) {
    if (isShown[index]) {
      if (!isShown[index - 1]) rows.push(hunkHead(lines, isShown, { index, old, now }));
      rows.push(`${SIGNS[kind]}${text}`);
    }
    if (kind !== 'added') old += 1;
    if (kind !== 'removed') now += 1;
  }
  const more = rows.length - MOST_LINES;
  return (more > 0 ? [...rows.slice(0, MOST_LINES), `… ${more} more lines`] : rows).join('\n');
}

function plainLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n$/, '');
}

/** Which lines stand near a difference. */
function showsAround(lines: readonly ComparedLine[]): readonly boolean[] {
  const shown = lines.map(() => false);
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    const end = Math.min(lines.length - 1, index + CONTEXT);
    for (let near = Math.max(0, index - CONTEXT); near <= end; near += 1) shown[near] = true;
  }
  return shown;
}

/** `@@ -old,count +new,count @@` for the hunk that starts at `index`. */
function hunkHead(
  lines: readonly ComparedLine[],
  isShown: readonly boolean[],
  { index, old, now }: { readonly index: number; readonly old: number; readonly now: number },
): string {
  let removed = 0;
  let added = 0;
  for (let at = index; isShown[at]; at += 1) {
    if (lines[at]?.kind !== 'added') removed += 1;
    if (lines[at]?.kind !== 'removed') added += 1;
  }
  const span = (start: number, count: number): string => `${count === 0 ? start - 1 : start},${count}`;
  return `@@ -${span(old, removed)} +${span(now, added)} @@`;
}
