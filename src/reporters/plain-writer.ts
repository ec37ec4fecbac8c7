import { displayWidth } from './display-width.ts';
import type { Style } from './paint.ts';
import { renderSpans, type Span } from './render-spans.ts';
import { sanitizeText } from './sanitize.ts';

/** How the plain reporter writes. `columns` is the width of the terminal, Infinity for a file; below 20 it counts as unknown: 80. */
export interface PlainOptions {
  write(text: string): void;
  readonly color: boolean;
  readonly columns: number;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** What `crew resume RUN` needs after the id to find this run, with a space before it: ` --cwd ../other`. */
  readonly resumeFlags?: string;
  /** The run goes on: what happened before `onLive` is counted on one row and not told, unless all is told (`verbose`). */
  readonly goesOn?: boolean;
  /** What is told of an end in place of its name, by phase. */
  readonly endWords?: ReadonlyMap<string, string>;
  /** What is advised where a phase has failed the run, beside what its code advises, by its path. */
  readonly phaseHints?: ReadonlyMap<string, string>;
}

/** One row: when and where something happened, a mark that only the reporter writes, and what happened. */
export interface PlainRow {
  readonly elapsedMs?: number;
  readonly place?: string;
  readonly mark: string;
  readonly style?: Style;
  readonly spans: readonly Span[];
  /** Never cut: failures, hints and commands to copy. Still limited to 2,000 columns. */
  readonly whole?: boolean;
}

/** Writes aligned rows `elapsed  place │ mark text`. */
export interface PlainWriter {
  row(row: PlainRow): void;
  /** A row of the header or the footer: a label in the first columns, then text. */
  labelled(label: string, spans: readonly Span[], whole?: boolean): void;
  blank(): void;
}

const PLACE_STYLES = ['cyan', 'magenta', 'blue', 'brightCyan', 'brightMagenta', 'brightBlue'] as const;
const WHOLE_COLUMNS = 2000;
const ELAPSED_COLUMNS = 7;
/** The width of the labels of headers and footers. */
export const LABEL_COLUMNS = 8;

/** A writer that keeps the place column as wide as the longest place so far, within a quarter of the line. */
export function createPlainWriter(options: PlainOptions): PlainWriter {
  const maxPlaceColumns = Math.max(8, Math.min(32, Math.floor(options.columns / 4)));
  let placeColumns = Math.min(20, maxPlaceColumns);

  function put(spans: readonly Span[], whole: boolean | undefined): void {
    const columns = whole ? Math.max(options.columns, WHOLE_COLUMNS) : options.columns;
    options.write(`${renderSpans(spans, { color: options.color, columns })}\n`);
  }

  return {
    row(row) {
      const place = shortPlace(row.place ?? '', maxPlaceColumns);
      placeColumns = Math.max(placeColumns, displayWidth(place));
      const elapsed = row.elapsedMs === undefined ? '' : elapsedText(row.elapsedMs);
      const padding = ' '.repeat(placeColumns - displayWidth(place));
      const prefix: readonly Span[] = [
        { text: `${elapsed.padStart(ELAPSED_COLUMNS)}  `, style: 'dim' },
        { text: place + padding, style: placeStyle(row.place ?? '') },
        { text: ' │ ', style: 'dim' },
        { text: `${row.mark.padEnd(1)} `, style: row.style ?? 'plain' },
      ];
      put([...prefix, ...row.spans], row.whole);
    },
    labelled(label, spans, whole) {
      put([{ text: label.padEnd(LABEL_COLUMNS), style: 'dim' }, ...spans], whole);
    },
    blank: () => options.write('\n'),
  };
}

/** A long place keeps its end, which tells branches apart. */
function shortPlace(place: string, columns: number): string {
  const text = sanitizeText(place, { keepNewlines: false });
  if (displayWidth(text) <= columns) return text;
  let tail = text.slice(1 - columns);
  while (displayWidth(tail) > columns - 1) tail = tail.slice(1);
  return `…${tail}`;
}

/** The same place has the same colour in every run. */
function placeStyle(place: string): Style {
  let hash = 0;
  for (const character of place) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return PLACE_STYLES[hash % PLACE_STYLES.length] ?? 'cyan';
}

function elapsedText(ms: number): string {
  if (ms < 60_000) return `${(Math.floor(Math.max(0, ms) / 100) / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

function twoDigits(count: number): string {
  return `${count}`.padStart(2, '0');
}
