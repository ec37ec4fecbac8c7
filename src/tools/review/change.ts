import type { Diff, DiffFile } from '../../model/diff.ts';
import { languageOf } from './file-kind.ts';
import type { RuleLanguage } from './rules/rule.ts';

/**
 * One file of a change as reviewers see it. `added` holds the line numbers of the new side that the change wrote.
 * `text` is the whole new side; it is absent when the file was deleted, is binary, or was left out for size.
 * `generated` files are counted but not linted.
 */
export interface ChangedFile {
  readonly path: string;
  readonly diff: DiffFile;
  readonly added: ReadonlySet<number>;
  readonly text?: string;
  readonly generated: boolean;
  readonly language: RuleLanguage | undefined;
}

/** A change with everything that the reviewers read, and lines for people about what was left out. */
export interface Change {
  readonly workspace: string;
  readonly diff: Diff;
  readonly files: ReadonlyMap<string, ChangedFile>;
  readonly notices: readonly string[];
}

/** A changed file whose new side is known and written by hand: what linters and rules look at. */
export interface ReadableFile extends ChangedFile {
  readonly text: string;
}

/** The files that linters and rules look at, in the order of the diff. Pure. */
export function readableFiles(change: Change): readonly ReadableFile[] {
  return [...change.files.values()].filter(isReadable);
}

function isReadable(file: ChangedFile): file is ReadableFile {
  return file.text !== undefined && !file.generated && file.added.size > 0;
}

/** Puts a diff file and its new side together. Pure. */
export function changedFile(diff: DiffFile, text: string | undefined, generated: boolean): ChangedFile {
  const added = new Set<number>();
  for (const hunk of diff.hunks) {
    for (const line of hunk.lines) {
      if (line.kind === 'added' && line.newLine !== undefined) added.add(line.newLine);
    }
  }
  return {
    path: diff.path,
    diff,
    added,
    generated,
    language: languageOf(diff.path),
    ...(text === undefined ? {} : { text }),
  };
}

/**
 * The part of a line range that lies in added lines: from the first added line of the range to the end of that run.
 * Undefined when the range touches no added line. Pure.
 */
export function clampToAdded(
  added: ReadonlySet<number>,
  range: readonly [number, number],
): readonly [number, number] | undefined {
  const first = firstAdded(added, range);
  if (first === undefined) return undefined;
  let last = first;
  while (last < range[1] && added.has(last + 1)) last += 1;
  return [first, last];
}

function firstAdded(added: ReadonlySet<number>, range: readonly [number, number]): number | undefined {
  // A foreign range can be far longer than the change, so walk the shorter of the two.
  if (range[1] - range[0] <= added.size) {
    for (let line = range[0]; line <= range[1]; line += 1) if (added.has(line)) return line;
    return undefined;
  }
  let first: number | undefined;
  for (const line of added) {
    if (line >= range[0] && line <= range[1] && (first === undefined || line < first)) first = line;
  }
  return first;
}

/** The lines of a text, without line breaks of either kind. Pure. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
