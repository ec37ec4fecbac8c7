import { CrewError } from '../model/crew-error.ts';
import type { JsonObject } from '../model/json.ts';

const MAX_WINDOW_BYTES = 100_000;

/** Some lines of a text, as a part of a tool's result. `to` is the last line that is there, 0 for an empty text. */
export interface TextWindow extends JsonObject {
  readonly from: number;
  readonly to: number;
  readonly total_lines: number;
  readonly text: string;
  /** Asked-for lines are missing because the window was full. */
  readonly truncated: boolean;
}

/**
 * Cuts lines `from` to `to` (from 1, both included; the whole text by default) out of a text, at most 100,000 bytes.
 * Fails with TOOL_ARGUMENTS when `from` is after `to` or after the end. Pure.
 */
export function textWindow(
  text: string,
  asked: { readonly from: number | undefined; readonly to: number | undefined },
): TextWindow {
  const lines = splitLines(text);
  const from = asked.from ?? 1;
  const to = Math.min(asked.to ?? lines.length, lines.length);
  if (from > (asked.to ?? from) || from > Math.max(1, lines.length)) {
    throw new CrewError(
      'TOOL_ARGUMENTS',
      `expected lines inside 1 to ${lines.length}, found ${from} to ${asked.to ?? 'the end'}`,
    );
  }
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(from - 1, to)) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > MAX_WINDOW_BYTES) break;
    kept.push(line);
  }
  const truncated = kept.length < to - from + 1;
  // One line that alone is too long (minified code) is shown by its beginning.
  if (truncated && kept.length === 0) kept.push(`${(lines[from - 1] ?? '').slice(0, 2000)} [line cut]`);
  const end = from + kept.length - 1;
  return { from, to: end, total_lines: lines.length, text: kept.join('\n'), truncated };
}

/** The lines of a text without their line feeds; a line feed at the end starts no further line. Pure. */
function splitLines(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
