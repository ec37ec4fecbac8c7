import type { DiffFile } from '../../model/diff.ts';
import { decodeText } from '../file-content.ts';

/** One changed file with its part of git's patch, not yet parsed into hunks. */
export interface DiffEntry {
  readonly path: string;
  readonly oldPath?: string;
  readonly status: DiffFile['status'];
  readonly binary: boolean;
  readonly added: number;
  readonly removed: number;
  /** The first bytes of the patch of this file, headers included. */
  readonly patch: string;
  /** `whole`, or what cut the patch short. */
  readonly extent: 'whole' | 'file-limit' | 'total-limit';
}

/** How much of a patch is kept: bytes for one file, and for all files together. */
export interface PatchLimits {
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
}

/** Takes git's output piece by piece. `push` says whether more is wanted; `end` gives the files in git's order. */
export interface DiffSplitter {
  push(chunk: Buffer): boolean;
  end(): readonly DiffEntry[];
}

interface Section {
  readonly chunks: Buffer[];
  kept: number;
  extent: DiffEntry['extent'];
}

type ListedFile = Omit<DiffEntry, 'patch' | 'extent'>;

const SECTION_START = Buffer.from('\ndiff --git ');
const LINE_FEED = Buffer.from('\n');
const EMPTY = Buffer.alloc(0);

/**
 * Splits the output of `git diff --raw --numstat -z -p` into files without holding more of it than the limits say.
 * No line of content can look like the start of a file, because git puts one of ` +-\` before each of them, and names
 * in the headers are quoted; so the only names that are read are the NUL-terminated ones. Names that are not UTF-8 come
 * out with replacement characters; text that is not UTF-8 is read as Latin-1. Pure but for its own state.
 */
export function splitDiff(limits: PatchLimits): DiffSplitter {
  const listing: Buffer[] = [];
  const patch = splitPatch(limits);
  let inPatch = false;
  let lastByte = -1;

  const push = (chunk: Buffer): boolean => {
    if (inPatch) return patch.push(chunk);
    const start = patchStart(chunk, lastByte);
    lastByte = chunk.at(-1) ?? lastByte;
    listing.push(start < 0 ? chunk : chunk.subarray(0, start - 1));
    inPatch = start >= 0;
    return !inPatch || patch.push(Buffer.concat([LINE_FEED, chunk.subarray(start)]));
  };
  return {
    push,
    end: () => joinSections(parseListing(Buffer.concat(listing).toString('utf8')), patch.end()),
  };
}

/** Where the patch begins in a chunk, or -1. The listing ends with an empty record: two NULs in a row, as no name is empty. */
function patchStart(chunk: Buffer, byteBefore: number): number {
  if (byteBefore === 0 && chunk[0] === 0) return 1;
  const end = chunk.indexOf('\0\0');
  return end < 0 ? -1 : end + 2;
}

function splitPatch(limits: PatchLimits) {
  const sections: Section[] = [];
  let carry: Buffer = EMPTY;
  let kept = 0;
  let full = false;

  const keep = (bytes: Buffer): void => {
    const section = sections.at(-1);
    if (section === undefined || section.extent !== 'whole' || bytes.length === 0) return;
    const fileRoom = limits.maxFileBytes - section.kept;
    const totalRoom = limits.maxTotalBytes - kept;
    const part = bytes.subarray(0, Math.max(0, Math.min(fileRoom, totalRoom)));
    section.chunks.push(part);
    section.kept += part.length;
    kept += part.length;
    if (part.length === bytes.length) return;
    section.extent = fileRoom <= totalRoom ? 'file-limit' : 'total-limit';
    full ||= section.extent === 'total-limit';
  };

  return {
    push(chunk: Buffer): boolean {
      const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
      let from = 0;
      for (let at = bytes.indexOf(SECTION_START); at >= 0; at = bytes.indexOf(SECTION_START, from)) {
        keep(bytes.subarray(from, at));
        sections.push({ chunks: [], kept: 0, extent: 'whole' });
        from = at + 1;
      }
      const settled = Math.max(from, bytes.length - SECTION_START.length);
      keep(bytes.subarray(from, settled));
      carry = bytes.subarray(settled);
      return !full;
    },
    end(): readonly Section[] {
      // Like the line feed before a section, the one at the very end belongs to no section.
      keep(carry.at(-1) === 0x0a ? carry.subarray(0, -1) : carry);
      carry = EMPTY;
      return sections;
    },
  };
}

/** Reads `:mode mode id id status NUL path NUL [path NUL]` records, then `added TAB removed TAB path NUL` records. */
function parseListing(text: string): readonly ListedFile[] {
  const records = text.split('\0');
  const files: ListedFile[] = [];
  let at = 0;
  for (; records[at]?.startsWith(':'); at += 1) {
    const letter = records[at]?.split(' ')[4]?.[0] ?? '';
    const first = records[++at] ?? '';
    const second = letter === 'R' || letter === 'C' ? records[++at] : undefined;
    // An unmerged path is listed once more, as the file in the working tree that it is.
    if (letter === 'U') continue;
    files.push({
      path: second ?? first,
      ...(second === undefined ? {} : { oldPath: first }),
      status: STATUS_BY_LETTER.get(letter) ?? 'modified',
      binary: false,
      added: 0,
      removed: 0,
    });
  }
  const counts = parseCounts(records.slice(at));
  return files.map(file => ({ ...file, ...counts.get(file.path) }));
}

const STATUS_BY_LETTER: ReadonlyMap<string, DiffFile['status']> = new Map([
  ['A', 'added'],
  ['D', 'deleted'],
  ['R', 'renamed'],
  ['C', 'copied'],
  ['T', 'type-changed'],
]);

function parseCounts(records: readonly string[]) {
  const counts = new Map<string, Pick<DiffEntry, 'added' | 'removed' | 'binary'>>();
  for (let at = 0; at < records.length; at += 1) {
    const fields = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(records[at] ?? '');
    if (fields === null) continue;
    // A rename leaves the third field empty and puts both paths into the next two records.
    if (fields[3] === '') at += 2;
    const path = fields[3] === '' ? (records[at] ?? '') : (fields[3] ?? '');
    counts.set(path, {
      binary: fields[1] === '-',
      added: Number(fields[1]) || 0,
      removed: Number(fields[2]) || 0,
    });
  }
  return counts;
}

/** Gives each listed file its sections: two when its type changed (a deletion and a creation), else one. */
function joinSections(files: readonly ListedFile[], sections: readonly Section[]): readonly DiffEntry[] {
  let at = 0;
  return files.map(file => {
    const count = file.status === 'type-changed' ? 2 : 1;
    const own = sections.slice(at, at + count);
    at += count;
    // Files without a section come after the place where the total limit stopped git.
    const extent =
      own.length < count ? 'total-limit' : (own.find(s => s.extent !== 'whole')?.extent ?? 'whole');
    return { ...file, patch: own.map(decodeSection).join('\n'), extent };
  });
}

/** A section that was cut ends with its last whole line, so that no character is cut in half. */
function decodeSection(section: Section): string {
  const bytes = Buffer.concat(section.chunks);
  if (section.extent === 'whole') return decodeText(bytes);
  return decodeText(bytes.subarray(0, Math.max(0, bytes.lastIndexOf(0x0a))));
}
