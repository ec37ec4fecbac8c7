import { LineCounter } from 'yaml';
import type { Position, SourceRange } from '../model/diagnostic.ts';

/** One text with its line starts; `path` is as the author gave it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** A text that is no YAML as a file. Pure. */
export function sourceFileOf(path: string, text: string): SourceFile {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return { path, text, lines };
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
