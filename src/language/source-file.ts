import type { LineCounter } from 'yaml';
import type { Position, SourceRange } from '../model/diagnostic.ts';

/** One text with its line starts; `path` is as the author gave it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** Names the half-open stretch `start`–`end` (offsets into the text) of a file; offsets outside are moved to its ends. Pure. */
export function rangeOf(file: SourceFile, start: number, end: number): SourceRange {
  return { file: file.path, start: positionOf(file, start), end: positionOf(file, Math.max(start, end)) };
}

function positionOf(file: SourceFile, wanted: number): Position {
  const offset = Math.max(0, Math.min(wanted, file.text.length));
  const { line, col } = file.lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col), offset };
}
