import type { DiffEntry } from './split-diff.ts';

/** A patch that fits its limit. `omitted` says per path what is missing. */
export interface CutPatch {
  readonly patch: string;
  readonly truncated: boolean;
  readonly omitted: ReadonlyMap<string, string>;
}

/** A share below this shows hardly more than the headers of a file, so fewer files get more instead. */
const MIN_SHARE_BYTES = 1000;
const MARKER_BYTES = 160;

/**
 * Joins the patches of files into one text of at most `maxBytes`. When they do not fit, the room is shared fairly:
 * small patches stay whole, longer ones are cut at the end of a line to equal shares, and when shares get too small
 * the last files are left out. A line in square brackets stands wherever something is missing. Pure.
 */
export function cutPatch(entries: readonly DiffEntry[], maxBytes: number): CutPatch {
  const sizes = entries.map(entry => Buffer.byteLength(entry.patch) + 1);
  const isWhole = entries.every(entry => entry.extent === 'whole');
  if (isWhole && sum(sizes) <= maxBytes) {
    return { patch: entries.map(entry => `${entry.patch}\n`).join(''), truncated: false, omitted: new Map() };
  }
  const room = maxBytes - MARKER_BYTES;
  const count = countShown(entries, sizes, room);
  const share = fairShare(sizes.slice(0, count), room);
  const omitted = new Map<string, string>();
  const parts: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index >= count) {
      omitted.set(entry.path, 'left out of the patch');
      continue;
    }
    const part = cutFile(entry, sizes[index] ?? 0, share);
    if (part.cut) omitted.set(entry.path, 'cut in the patch');
    parts.push(part.text);
  }
  const left = entries.length - count;
  if (left > 0)
    parts.push(`[${left} more ${left === 1 ? 'file' : 'files'} left out: the patch is at its limit]\n`);
  return { patch: parts.join(''), truncated: omitted.size > 0, omitted };
}

/** How many files, in order, can be shown with at least the smallest useful share each. */
function countShown(entries: readonly DiffEntry[], sizes: readonly number[], room: number): number {
  let used = 0;
  for (const [index, size] of sizes.entries()) {
    used += Math.min(size, MIN_SHARE_BYTES);
    // An empty patch is one that was not read any more, and so are all after it.
    if (used > room || entries[index]?.patch === '') return index;
  }
  return sizes.length;
}

/** The largest share such that files up to it in full, and the others cut to it, fit into the room. */
function fairShare(sizes: readonly number[], room: number): number {
  const ascending = sizes.toSorted((a, b) => a - b);
  let left = room;
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

function cutFile(entry: DiffEntry, size: number, share: number): { text: string; cut: boolean } {
  if (entry.extent === 'whole' && size <= share) return { text: `${entry.patch}\n`, cut: false };
  const marker = `[the rest of this file is left out; +${entry.added} -${entry.removed} lines in all]\n`;
  const room = Math.min(share, size + MARKER_BYTES) - Buffer.byteLength(marker);
  const bytes = Buffer.from(entry.patch);
  const end = bytes.subarray(0, Math.max(0, room)).lastIndexOf(0x0a) + 1;
  return { text: bytes.subarray(0, end).toString('utf8') + marker, cut: true };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
