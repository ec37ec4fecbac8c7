import type { PersonQuestion, ToolQuestion } from '../model/person-question.ts';
import { jsonText } from '../reporters/json-text.ts';
import { cellText, columnsOf, cutText, oneLine } from './cell-text.ts';
import { editsText } from './edit-preview.ts';
import { formText } from './form-text.ts';
import { SMALLEST } from './layout.ts';
import { fitLine, type Line, lineOf } from './line.ts';
import { richLines } from './rich-text.ts';
import { answerLines, CHOICES } from './sheet-answers.ts';
import { type AskedHere, draftOf, openQuestion, type UiState } from './ui-state.ts';
import { wrapText } from './wrap-text.ts';

type Question = PersonQuestion | ToolQuestion;
type Calling = Extract<Question, { kind: 'approval' | 'uncertain' }>;

/** The arguments of a call as a person is shown them: first what it replaces as a diff, a patch as a patch, and always all of them. Pure. */
function argumentsText(question: Calling): string {
  const shown = exactArguments(question);
  const edits = editsText(question.args);
  return edits === undefined ? shown : `${edits}\n\nexactly:\n${shown}`;
}

function exactArguments(question: Calling): string {
  const entries = Object.entries(question.args);
  const [only] = entries;
  if (entries.length === 1 && typeof only?.[1] === 'string' && /^diff --git |^--- /m.test(only[1]))
    return cellText(only[1]);
  const parts = entries.map(([name, value]) => {
    if (typeof value === 'string' && value.includes('\n'))
      return `${oneLine(name)}:\n${indent(cellText(value))}`;
    return `${oneLine(name)}: ${cellText(typeof value === 'string' ? value : jsonText(value, 2))}`;
  });
  return parts.length === 0 ? 'no arguments' : parts.join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

/** All that is shown of a question, for its pager too; nothing is left out. Pure. */
export function questionText({ question }: AskedHere): string {
  if (question.kind === 'question') return cellText(question.text).trim();
  if (question.kind === 'form') return `${cellText(question.text)}\n\n${formText(question.schema)}`.trim();
  if (question.kind === 'url')
    return `${cellText(question.text)}\n\n${cellText(question.url)}\n\nNothing is opened: copy the address if you trust it.`;
  const { argsHash } = question;
  return `${argumentsText(question).trimEnd()}\n\nsha256 of the arguments: ${argsHash}`;
}

function titleOf({ phase, question }: AskedHere): string {
  const place = oneLine(phase);
  switch (question.kind) {
    case 'question':
      return `${place} asks you`;
    case 'approval':
      return `${question.role === undefined ? place : oneLine(question.role)} wants to call ${oneLine(question.tool)}`;
    case 'uncertain':
      return `was ${oneLine(question.tool)} done?`;
    default:
      return `the tool server ${oneLine(question.server)} asks you`;
  }
}

/** Rows between the title and what is asked: where, and why. */
function reasonLines({ phase, question }: AskedHere, columns: number): readonly Line[] {
  if (question.kind === 'uncertain')
    return [
      lineOf(
        'The run was stopped while this call was under way, so nobody knows whether it was done.',
        'dim',
      ),
    ];
  if (question.kind === 'url' || question.kind === 'form')
    return [
      lineOf(
        'The words below are the server’s, not ours. Never give it secrets that it should not have.',
        'dim',
      ),
    ];
  if (question.kind !== 'approval') return [];
  const { reason, rule, server, destructive } = question;
  const why = reason === undefined ? 'it may change something' : oneLine(reason);
  const by = rule === undefined ? '' : ` (${oneLine(rule)})`;
  const alias = question.tool.slice(0, Math.max(0, question.tool.indexOf('.')));
  const from = server === undefined ? '' : ` · the tool is of ${oneLine(alias)}, not ours`;
  const reasons = wrapText(`in ${oneLine(phase)} · asked because ${why}${by}${from}`, columns);
  return [
    ...reasons.map(row => lineOf(row, 'dim')),
    ...(destructive === true ? [lineOf('It may destroy something that cannot be brought back.', 'bad')] : []),
  ];
}

/** Rows of what is asked that must be seen before anybody can answer. */
const FEWEST_ROWS = 3;
const FEWEST_CHOICES = 3;
const FOOT_ROWS = 1;
/** What a screen says that has no room for its question. */
export const LARGER = 'make the window larger to answer';

/** The rows that a sheet would like, and the fewest in which its question can be answered; 0 without a question. */
interface SheetNeeds {
  readonly wanted: number;
  readonly least: number;
}

/** What the sheet of the open question needs, frame included; nothing while a text lies over it. Pure. */
export function sheetNeeds(ui: UiState): SheetNeeds {
  const asked = ui.pager === undefined ? openQuestion(ui) : undefined;
  if (asked === undefined) return { wanted: 0, least: 0 };
  const inner = ui.columns - 4;
  const body =
    bodyLines(asked, inner).length + reasonLines(asked, inner).length + titleRows(asked, ui).length;
  const answers = 1 + answerLines(asked, ui, inner).length;
  const most = Math.max(9, Math.floor(ui.rows * 0.6));
  const least = leastRows(asked, ui, showsAllChoices(ui) ? Number.POSITIVE_INFINITY : FEWEST_CHOICES);
  return { wanted: Math.max(least, Math.min(body + answers + 2, most)), least };
}

/** Whether the screen has room for the open question and its answers: only then does a key answer it. Pure. */
export function canAnswer(ui: UiState): boolean {
  const asked = openQuestion(ui);
  if (asked === undefined || ui.columns < SMALLEST.columns || ui.rows < SMALLEST.rows) return false;
  return leastRows(asked, ui, FEWEST_CHOICES) <= ui.rows - FOOT_ROWS;
}

/** Whether all choices of the open question have a row: only then does their number choose one at once. Pure. */
export function showsAllChoices(ui: UiState): boolean {
  const asked = openQuestion(ui);
  return asked !== undefined && leastRows(asked, ui, Number.POSITIVE_INFINITY) <= ui.rows - FOOT_ROWS;
}

function leastRows(asked: AskedHere, ui: UiState, choices: number): number {
  const inner = ui.columns - 4;
  const answers = answerLines(asked, ui, inner).length - Math.max(0, choiceCount(asked, ui) - choices);
  const body = Math.min(FEWEST_ROWS, bodyLines(asked, inner).length);
  return 2 + titleRows(asked, ui).length + warnings(asked) + body + answers;
}

function choiceCount(asked: AskedHere, ui: UiState): number {
  const { question } = asked;
  return question.kind === 'question' && draftOf(ui, asked).mode === 'read' ? question.choices.length : 0;
}

/** That something may be destroyed is never left out. */
function warnings({ question }: AskedHere): number {
  return question.kind === 'approval' && question.destructive === true ? 1 : 0;
}

/** How many wait, where it is more than one. */
function countText({ queue }: UiState): string {
  return queue.length > 1 ? ` 1 of ${queue.length} ` : '';
}

/** The columns that the frame has for its title. */
function titleColumns(ui: UiState): number {
  return Math.max(1, ui.columns - 8 - columnsOf(countText(ui)));
}

/** The title once more in full, where the frame has no room for it. */
function titleRows(asked: AskedHere, ui: UiState): readonly Line[] {
  const title = titleOf(asked);
  if (columnsOf(title) <= titleColumns(ui)) return [];
  return wrapText(title, ui.columns - 4).map(row => lineOf(row, 'bold'));
}

let known:
  | { readonly asked: AskedHere; readonly columns: number; readonly lines: readonly Line[] }
  | undefined;

function bodyLines(asked: AskedHere, columns: number): readonly Line[] {
  if (known?.asked === asked && known.columns === columns) return known.lines;
  const lines = richLines(questionText(asked), columns);
  known = { asked, columns, lines };
  return lines;
}

/** The sheet of the question that is open, in exactly so many rows. Pure. */
export function sheetLines(ui: UiState, rows: number): readonly Line[] {
  const asked = openQuestion(ui);
  if (asked === undefined || rows < 1) return [];
  const { columns } = ui;
  if (!canAnswer(ui)) return tooSmall(asked, columns, rows);
  const inner = columns - 4;
  const count = countText(ui);
  const title = ` ? ${cutText(titleOf(asked), titleColumns(ui))} `;
  const fill = Math.max(0, columns - 4 - columnsOf(title) - columnsOf(count));
  const top: Line = [
    { text: '╭─', look: 'alert' },
    { text: title, look: 'bar' },
    { text: `${'─'.repeat(fill)}${count}─╮`, look: 'alert' },
  ];
  const { body, start, hidden, lines } = sheetRows(asked, ui, { inner, rows: rows - 2 });
  const more = start + hidden > 0 ? moreText(body - hidden, body, inner) : '';
  const bottom: Line = [
    { text: `╰${'─'.repeat(Math.max(0, columns - 3 - columnsOf(more)))}${more}─╯`, look: 'alert' },
  ];
  const framed = (line: Line): Line => [
    { text: '│ ', look: 'alert' },
    ...fitLine(line, inner),
    { text: ' │', look: 'alert' },
  ];
  return [fitLine(top, columns), ...lines.map(framed), fitLine(bottom, columns)];
}

function moreText(shown: number, all: number, columns: number): string {
  const long = ` ${shown} of ${all} rows · ↓ scrolls · v shows all `;
  return columnsOf(long) <= columns ? long : ` ${shown} of ${all} rows · v all `;
}

/** What stands in the frame: the answers have their rows first, then what is asked, then why. */
function sheetRows(
  asked: AskedHere,
  ui: UiState,
  { inner, rows }: { readonly inner: number; readonly rows: number },
): {
  readonly body: number;
  readonly start: number;
  readonly hidden: number;
  readonly lines: readonly Line[];
} {
  const body = bodyLines(asked, inner);
  const title = titleRows(asked, ui);
  const reasons = reasonLines(asked, inner);
  const fewest = Math.min(FEWEST_ROWS, body.length);
  const draft = draftOf(ui, asked);
  const choices = choiceCount(asked, ui);
  const all = answerLines(asked, ui, inner);
  const tooMany = Math.max(0, all.length - (rows - title.length - warnings(asked) - fewest));
  const answers = choices === 0 ? all : windowed(all, { choices, marked: draft.choice, leave: tooMany });
  const spare = rows - title.length - answers.length - fewest;
  const why = reasons.slice(Math.max(0, reasons.length - Math.max(warnings(asked), spare)));
  const gap: readonly Line[] = spare - why.length > body.length - fewest ? [[]] : [];
  const room = Math.max(0, rows - title.length - answers.length - why.length - gap.length);
  const start = Math.max(0, Math.min(draft.top, body.length - room));
  const shown = body.slice(start, start + room);
  const filled = [...shown, ...Array.from({ length: room - shown.length }, (): Line => [])];
  const hidden = body.length - start - shown.length;
  return { body: body.length, start, hidden, lines: [...title, ...why, ...filled, ...gap, ...answers] };
}

/** Answers without so many of their choices; those around the marked one stay. */
function windowed(
  lines: readonly Line[],
  { choices, marked, leave }: { readonly choices: number; readonly marked: number; readonly leave: number },
): readonly Line[] {
  const first = lines.findIndex(line => CHOICES.has(line));
  if (leave === 0 || first === -1) return lines;
  const count = Math.max(1, choices - leave);
  const start = Math.max(0, Math.min(choices - count, marked - Math.floor(count / 2)));
  return [
    ...lines.slice(0, first),
    ...lines.slice(first + start, first + start + count),
    ...lines.slice(first + choices),
  ];
}

/** A question that nobody can read here is not answered here. */
function tooSmall(asked: AskedHere, columns: number, rows: number): readonly Line[] {
  const text = [...wrapText(LARGER, columns - 1), ...wrapText(titleOf(asked), columns - 1)];
  const lines = text.map(row => lineOf(` ${row}`, 'alert'));
  return Array.from({ length: rows }, (_, row) => fitLine(lines[row] ?? [], columns));
}
