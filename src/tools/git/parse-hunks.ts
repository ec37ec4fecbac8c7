import type { DiffHunk, DiffLine } from '../../model/diff.ts';

const HUNK_HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s;

/**
 * Parses the hunks of one file's unified patch; what is not part of a hunk is passed over. Lines are split at line
 * feeds only, so a carriage return stays at the end of `text`. Pure.
 */
export function parseHunks(patch: string): readonly DiffHunk[] {
  const lines = patch.split('\n');
  const hunks: DiffHunk[] = [];
  for (let at = 0; at < lines.length; ) {
    const header = HUNK_HEADER.exec(lines[at] ?? '');
    at += 1;
    if (header === null) continue;
    const hunk = {
      oldStart: Number(header[1]),
      oldLines: Number(header[2] ?? 1),
      newStart: Number(header[3]),
      newLines: Number(header[4] ?? 1),
      section: header[5] ?? '',
    };
    const body = parseBody(lines, at, hunk);
    hunks.push({ ...hunk, lines: body.lines });
    at = body.end;
  }
  return hunks;
}

function parseBody(
  lines: readonly string[],
  start: number,
  hunk: Omit<DiffHunk, 'lines'>,
): { lines: readonly DiffLine[]; end: number } {
  const parsed: DiffLine[] = [];
  const oldEnd = hunk.oldStart + hunk.oldLines;
  const newEnd = hunk.newStart + hunk.newLines;
  let oldLine = hunk.oldStart;
  let newLine = hunk.newStart;
  let at = start;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const text = line.slice(1);
    if (line.startsWith('\\')) markLast(parsed);
    else if (oldLine >= oldEnd && newLine >= newEnd) break;
    else if (line.startsWith('+')) parsed.push({ kind: 'added', text, newLine: newLine++ });
    else if (line.startsWith('-')) parsed.push({ kind: 'removed', text, oldLine: oldLine++ });
    else parsed.push({ kind: 'context', text, oldLine: oldLine++, newLine: newLine++ });
  }
  return { lines: parsed, end: at };
}

/** `\ No newline at end of file` speaks of the line before it. */
function markLast(parsed: DiffLine[]): void {
  const last = parsed.pop();
  if (last !== undefined) parsed.push({ ...last, noNewlineAtEnd: true });
}
