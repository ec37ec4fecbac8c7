import { createHash } from 'node:crypto';
import type { Finding } from '../../model/review.ts';
import { type Change, linesOf } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';

const ID_LENGTH = 12;

/**
 * Gives findings their ids: the first 12 hex digits of sha256 over path, rule (the first source) and the first line of
 * the range without its blanks, so that an id survives moved lines. When the same rule meets the same text again in a
 * file, later ones also hash their number. The order stays. Deterministic.
 */
export function withIds(drafts: readonly DraftFinding[], change: Change): readonly Finding[] {
  const seen = new Map<string, number>();
  const linesByPath = new Map<string, readonly string[]>();
  return drafts.map(draft => {
    const lines = linesByPath.get(draft.path) ?? linesOf(change.files.get(draft.path)?.text ?? '');
    linesByPath.set(draft.path, lines);
    const key = [draft.path, draft.source[0] ?? '', normalised(lineText(change, draft, lines))].join('\0');
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return { id: hash(occurrence === 0 ? key : `${key}\0${occurrence}`), ...draft };
  });
}

function lineText(change: Change, draft: DraftFinding, lines: readonly string[]): string {
  const text = lines[draft.range[0] - 1];
  if (text !== undefined) return text;
  // The new side was too large to read; the hunk has the line too.
  for (const hunk of change.files.get(draft.path)?.diff.hunks ?? []) {
    const line = hunk.lines.find(candidate => candidate.newLine === draft.range[0]);
    if (line !== undefined) return line.text;
  }
  return '';
}

function normalised(line: string): string {
  return line.replace(/\s+/g, ' ').trim();
}

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, ID_LENGTH);
}
