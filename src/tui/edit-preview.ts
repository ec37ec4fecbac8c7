import type { JsonObject, JsonValue } from '../model/json.ts';
import { compareLines } from '../reporters/line-diff.ts';
import { cellText } from './cell-text.ts';

/** The file that a call would change, and what it would put there. */
export interface FileEdit {
  readonly path: string;
  /** The file as it would be, from the file as it is; undefined when the edit does not fit it. */
  readonly after: (before: string) => string | undefined;
}

const PATHS = ['path', 'file_path', 'file', 'filename'];
const CONTENTS = ['content', 'contents', 'text', 'file_text'];
const PAIRS = [
  ['old_text', 'new_text'],
  ['oldText', 'newText'],
  ['old_string', 'new_string'],
  ['old_str', 'new_str'],
  ['old', 'new'],
] as const;
const CONTEXT = 3;

/** What a call would do to a file, when its arguments look like that; undefined for any other call. Pure. */
export function fileEditOf(args: JsonObject): FileEdit | undefined {
  const path = firstText(args, PATHS);
  if (path === undefined) return undefined;
  const edits = editsOf(args);
  if (edits.length > 0) return { path, after: before => applyEdits(before, edits) };
  const content = firstText(args, CONTENTS);
  return content === undefined ? undefined : { path, after: () => content };
}

function firstText(args: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value: JsonValue | undefined = Object.hasOwn(args, name) ? args[name] : undefined;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

type Edit = readonly [old: string, now: string];

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

function applyEdits(before: string, edits: readonly Edit[]): string | undefined {
  let text = before;
  for (const [old, now] of edits) {
    const at = text.indexOf(old);
    if (old === '' || at === -1) return undefined;
    text = text.slice(0, at) + now + text.slice(at + old.length);
  }
  return text;
}

/** What would change in a file, as lines of a diff with some lines around; `cellText` has been over them. Pure. */
export function diffText(path: string, before: string, after: string): string {
  const lines = compareLines(cellText(before), cellText(after));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== 'same'),
  );
  const signs = { same: ' ', added: '+', removed: '-' } as const;
  const rows = lines.flatMap(({ kind, text }, index) => {
    if (near[index] === true) return [`${signs[kind]}${text}`];
    return near[index - 1] === true && near.includes(true, index) ? ['@@ … @@'] : [];
  });
  const head = `--- ${cellText(path)}\n+++ ${cellText(path)}`;
  return rows.length === 0 ? `${head}\n  nothing would change` : `${head}\n${rows.join('\n')}`;
}
