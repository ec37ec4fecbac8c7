import { paint, type Style } from '../reporters/paint.ts';
import { cellText, columnsOf, cutText, oneLine } from './cell-text.ts';
import { wrapText } from './wrap-text.ts';

/** What one of several models says to the same question, as far as it is. */
export interface LiveAnswer {
  readonly model: string;
  /** Foreign text, as it came. */
  readonly text: string;
  readonly state: 'waits' | 'writes' | 'done' | 'failed';
  /** What is said behind its name, such as its time. */
  readonly note?: string;
}

/** Answers as they are written, and the summary once it is begun. */
export interface LiveAnswers {
  readonly answers: readonly LiveAnswer[];
  readonly summary?: LiveAnswer;
}

interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

/** Narrower columns than this are no pleasure to read, so answers stand one below the other. */
const NARROWEST = 36;
const GAP = ' │ ';
/** Rows of a terminal that are left free: what was typed, and the cursor. */
const FREE_ROWS = 2;
const MOST_ROWS = 24;
const MARKS = { waits: '·', writes: '▸', done: '✓', failed: '✗' } as const;
const STYLES: { readonly [state in LiveAnswer['state']]: Style } = {
  waits: 'dim',
  writes: 'bold',
  done: 'green',
  failed: 'red',
};

/**
 * Answers side by side where the terminal is wide enough, else one below the other: each under the name of its model, of long
 * ones the end. Never more rows than the terminal has, nor wider than it; foreign text is made harmless. Pure.
 */
export function answersFrame({ answers, summary }: LiveAnswers, size: FrameSize): readonly string[] {
  const rows = Math.max(2, Math.min(size.rows - FREE_ROWS, MOST_ROWS));
  const columns = Math.max(1, size.columns - 1);
  const summaryRows = summary === undefined ? 0 : Math.max(2, Math.floor(rows / 2));
  const room = rows - summaryRows;
  const width = Math.floor((columns - GAP.length * (answers.length - 1)) / Math.max(1, answers.length));
  const above =
    answers.length > 1 && width >= NARROWEST
      ? sideBySide(answers, { width, rows: room, color: size.color })
      : stacked(answers, { width: columns, rows: room, color: size.color });
  if (summary === undefined) return above;
  return [...above, ...block(summary, { width: columns, rows: summaryRows, color: size.color })];
}

interface Block {
  readonly width: number;
  readonly rows: number;
  readonly color: boolean;
}

function sideBySide(answers: readonly LiveAnswer[], place: Block): readonly string[] {
  const { width, color } = place;
  const blocks = answers.map(answer => blockOf(answer, place));
  const height = Math.max(...blocks.map(({ tail }) => tail.length));
  const gap = paint(GAP, 'dim', color);
  const headings = blocks.map(({ heading, style }) => paint(padded(heading, width), style, color));
  const rows = Array.from({ length: height }, (_, row) =>
    blocks.map(({ tail }) => padded(tail[row] ?? '', width)).join(gap),
  );
  return [headings.join(gap), ...rows];
}

function stacked(answers: readonly LiveAnswer[], place: Block): readonly string[] {
  const each = Math.max(1, Math.floor(place.rows / Math.max(1, answers.length)));
  const shown = answers.slice(0, Math.max(1, Math.floor(place.rows / each)));
  return shown.flatMap(answer => block(answer, { ...place, rows: each }));
}

function block(answer: LiveAnswer, place: Block): readonly string[] {
  const { heading, style, tail } = blockOf(answer, place);
  return [paint(heading, style, place.color), ...tail];
}

/** A heading, and of the text what was written last. */
function blockOf({ model, text, state, note = '' }: LiveAnswer, { width, rows }: Block) {
  const heading = cutText(
    `${MARKS[state]} ${oneLine(model)}${note === '' ? '' : `  ${oneLine(note)}`}`,
    width,
  );
  const lines = text === '' ? [] : wrapText(cellText(text.trim()), width);
  const room = Math.max(0, rows - 1);
  return { heading, style: STYLES[state], tail: room === 0 ? [] : lines.slice(-room) };
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - columnsOf(cell)));
}
