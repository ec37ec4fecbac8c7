import { type ComparedLine, compareLines } from '../model/compare-lines.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { cellText } from './cell-text.ts';

/** A text that a call would have replaced, and by what, as its arguments have both. */
type Edit = readonly [old: string, now: string];

const PATHS = ['path', 'file_path', 'file', 'filename'];
const PAIRS = [
  ['old_text', 'new_text'],
  ['oldText', 'newText'],
  ['old_string', 'new_string'],
  ['old_str', 'new_str'],
  ['old', 'new'],
] as const;
const CONTEXT = 3;

/**
 * What a call would replace, as a diff of the texts in its arguments; undefined for any other call. No file is read for it:
 * where a tool finds its files, only the tool knows. `cellText` has been over it. Pure.
 */
export function editsText(args: JsonObject): string | undefined {
  const edits = editsOf(args);
  if (edits.length === 0) return undefined;
  const path = cellText(firstText(args, PATHS) ?? 'text');
  return [`--- ${path}`, `+++ ${path}`, ...edits.map(([old, now]) => diffText(old, now))].join('\n');
}

function firstText(args: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value: JsonValue | undefined = Object.hasOwn(args, name) ? args[name] : undefined;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function editsOf(args: JsonObject): readonly Edit[] {
  const list = Array.isArray(args.edits) ? args.edits : [args];
  return list.flatMap((each): readonly Edit[] => {
    if (each === null || typeof each !== 'object' || Array.isArray(each)) return [];
    const row = each as JsonObject;
    for (const [old, now] of PAIRS) {
      const [from, to] = [row[old], row[now]];
      if (typeof from === 'string' && typeof to === 'string') return [[from, to]];
    }
    return [];
  });
}

/** What differs between two texts, as lines of a diff with some lines around; `cellText` has been over them. Pure. */
export function diffText(before: string, after: string): string {
  const lines = comparedLines(cellText(before), cellText(after));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== 'same'),
  );
  const signs = { same: ' ', added: '+', removed: '-' } as const;
  const rows = lines.flatMap(({ kind, text }, index) => {
    if (near[index] === true) return [`${signs[kind]}${text}`];
    return near[index - 1] === true && near.includes(true, index) ? ['@@ … @@'] : [];
  });
  if (before === after) return '  nothing would change';
  const isPartial = before !== '' && after !== '' && before.endsWith('\n') !== after.endsWith('\n');
  const end = isPartial ? ['\\ only one of them ends with a line break'] : [];
  return [...rows, ...end].join('\n');
}

/** A text without anything has no line, and the line break that ends the last one begins no other. */
function comparedLines(before: string, after: string): readonly ComparedLine[] {
  const withoutEnd = (text: string): string => text.replace(/\n$/, '');
  const all = (kind: 'added' | 'removed', text: string) =>
    withoutEnd(text)
      .split('\n')
      .map(line => ({ kind, text: line }));
  if (before === '') return all('added', after);
  return after === '' ? all('removed', before) : compareLines(withoutEnd(before), withoutEnd(after));
}
