import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../../reporters/display-width.ts';
import type { Terminal } from '../command.ts';

/** Some rows at the foot of a terminal that are drawn again and again. */
export interface LiveFrame {
  /** Draws what is given as soon as the last picture is old enough. */
  draw(picture: (size: FrameSize) => readonly string[]): void;
  /** Writes something that stays, above the picture, which comes back with the next drawing. */
  readonly above: (text: string) => void;
  /** Takes the picture away; it comes back with the next drawing. */
  hide(): void;
}

interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** Ten pictures a second are enough to see words come. */
const DRAW_MS = 100;
/** The terminal shows a picture when it is all there. */
const BEGIN = '\x1b[?2026h\x1b[?25l';
const END = '\x1b[?25h\x1b[?2026l';

/**
 * A frame on stderr. Rows are written over in place, so that nothing flickers, and it never keeps the process alive. A terminal
 * that has become narrower has broken the rows of the last picture, which is reckoned with.
 */
export function createLiveFrame(
  terminal: Pick<Terminal, 'stderr' | 'columns'>,
  sizeNow: () => FrameSize = () => ({
    columns: process.stderr.columns || terminal.columns,
    rows: process.stderr.rows || 24,
  }),
): LiveFrame {
  let shown: readonly string[] = [];
  let wanted: ((size: FrameSize) => readonly string[]) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;

  function paintNow(): void {
    timer = undefined;
    if (wanted === undefined) return;
    const size = sizeNow();
    const lines = wanted(size);
    const height = rowsOf(shown, size.columns);
    const up = height > 0 ? `\x1b[${height}A` : '';
    terminal.stderr(`${BEGIN}\r${up}${lines.map(line => `${line}\x1b[K\n`).join('')}\x1b[J${END}`);
    shown = lines;
    drawnAt = performance.now();
  }

  function hide(): void {
    clearTimeout(timer);
    timer = undefined;
    wanted = undefined;
    const height = rowsOf(shown, sizeNow().columns);
    if (height > 0) terminal.stderr(`\r\x1b[${height}A\x1b[J`);
    shown = [];
  }

  return {
    draw(picture) {
      wanted = picture;
      timer ??= setTimeout(paintNow, Math.max(0, drawnAt + DRAW_MS - performance.now())).unref();
    },
    above: text => {
      hide();
      terminal.stderr(text);
    },
    hide,
  };
}

/** How many rows lines take on a terminal of so many columns, which breaks what is wider. Pure. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => {
    const width = displayWidth(stripVTControlCharacters(line));
    return rows + Math.max(1, Math.ceil(width / Math.max(1, columns)));
  }, 0);
}
