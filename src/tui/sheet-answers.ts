import { formFields } from '../model/form-field.ts';
import type { ToolQuestion } from '../model/person-question.ts';
import { cellText, columnsOf, cutStart, cutText, oneLine } from './cell-text.ts';
import { enteredFor } from './entered-field.ts';
import { aboutField } from './form-text.ts';
import { type Cell, type Line, lineOf } from './line.ts';
import { type AskedHere, draftOf, type UiState } from './ui-state.ts';
import { wrapText } from './wrap-text.ts';

/** Which of the lines that `answerLines` gave are choices, one each. */
export const CHOICES = new WeakSet<Line>();

/** Rows for what is said of the field that is open; `v` shows all of it before. */
const HELP_ROWS = 3;

/** How a question can be answered, and what was entered for it. Pure. */
export function answerLines(asked: AskedHere, ui: UiState, columns: number): readonly Line[] {
  const draft = draftOf(ui, asked);
  const problem: readonly Line[] = draft.problem === '' ? [] : [lineOf(`! ${draft.problem}`, 'bad')];
  if (ui.how === 'replay') return [lineOf('This run is played again; what was answered comes next.', 'dim')];
  const { question } = asked;
  if (question.kind === 'form') return [...problem, ...formLines(question, draft, columns)];
  if (draft.mode !== 'read') return [...problem, ...inputLines(labelOf(asked, draft.mode), draft, columns)];
  const aside: readonly Key[] = [['l', 'later']];
  const all: readonly Key[] = [['v', 'show all', 'all']];
  switch (question.kind) {
    case 'question': {
      const choices = question.choices.map((choice, index): Line => {
        const marked = index === draft.choice;
        const line: Line = [
          { text: `${marked ? '▸' : ' '} ${index + 1} `, look: marked ? 'title' : 'dim' },
          { text: oneLine(choice), look: marked ? 'bold' : 'plain' },
        ];
        CHOICES.add(line);
        return line;
      });
      const words: readonly Key[] =
        question.freeText || choices.length === 0 ? [['w', 'write an answer of your own', 'write']] : [];
      const choose: readonly Key[] = choices.length === 0 ? [] : [['1–9 ↑↓ Enter', 'choose']];
      return [...problem, ...choices, ...keyLines([...choose, ...words, ...all, ...aside], columns)];
    }
    case 'approval':
      return [
        ...problem,
        ...keyLines(
          [
            ['y', 'allow this call', 'allow'],
            ['A', 'all like it, in this run', 'all alike'],
            ['n', 'refuse'],
            ['r', 'refuse and say why', 'why'],
            ...all,
            ...aside,
          ],
          columns,
        ),
      ];
    case 'uncertain':
      return [
        ...problem,
        ...keyLines(
          [
            ['d', 'it was done', 'done'],
            ['j', 'done, with its result as JSON', 'done, as JSON'],
            ['n', 'not done: call it again', 'call again'],
            ...all,
            ...aside,
          ],
          columns,
        ),
      ];
    default:
      return [
        ...problem,
        ...keyLines(
          [['y', 'I have done it'], ['n', 'decline'], ['c', 'copy the address', 'copy'], ...aside],
          columns,
        ),
      ];
  }
}

function labelOf({ code }: AskedHere, mode: string): string {
  if (mode === 'code' && code !== undefined) return `Type ${code} and Enter to allow it: `;
  if (mode === 'reason') return 'Why not? The role is told: ';
  if (mode === 'result') return 'The result of the call as JSON: ';
  return 'Your answer: ';
}

/** A line that is typed, below its label where both have no room beside each other. */
function inputLines(label: string, draft: Typed, columns: number): readonly Line[] {
  if (columnsOf(label) * 2 <= columns) return [inputLine(label, draft, columns)];
  const rows = wrapText(label.trimEnd(), columns).map(row => lineOf(row, 'alert'));
  return [...rows, inputLine('', draft, columns)];
}

type Typed = Pick<NonNullable<UiState['draft']>, 'text' | 'behind'>;

/** A long text shows what stands around the cursor. */
function inputLine(label: string, { text, behind }: Typed, columns: number): Line {
  const room = Math.max(8, columns - columnsOf(label) - 1);
  const characters = [...text];
  const at = Math.max(0, characters.length - behind);
  const shown = (part: readonly string[]): string => cellText(part.join('')).replaceAll('\n', '⏎');
  const after = cutText(shown(characters.slice(at)), Math.floor(room / 3));
  const before = cutStart(shown(characters.slice(0, at)), room - columnsOf(after));
  return [{ text: label, look: 'alert' }, { text: before }, { text: '▏', look: 'title' }, { text: after }];
}

/** A key, what it does, and the same in a word for screens that are narrow. */
type Key = readonly [key: string, does: string, short?: string];

/** Keys with what they do, in as many rows as they need; in short words where that would be many. */
function keyLines(keys: readonly Key[], columns: number): readonly Line[] {
  const long = keyRows(keys, columns);
  return long.length <= 2
    ? long
    : keyRows(
        keys.map(([key, does, short = does]) => [key, short] as const),
        columns,
      );
}

function keyRows(keys: readonly Key[], columns: number): readonly Line[] {
  const rows: Cell[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [key, does] of keys) {
    const width = columnsOf(`${key} ${does}`);
    if (used + width > columns) {
      rows.push([]);
      used = 0;
    }
    const gap = used === 0 ? '' : '   ';
    rows.at(-1)?.push({ text: gap }, { text: key, look: 'alert' }, { text: ` ${does}`, look: 'dim' });
    used += width + 3;
  }
  return rows;
}

function formLines(
  question: Extract<ToolQuestion, { kind: 'form' }>,
  draft: NonNullable<UiState['draft']>,
  columns: number,
): readonly Line[] {
  const fields = formFields(question.schema) ?? [];
  const rows = fields.map((field, index): Line => {
    const open = draft.mode !== 'read' && index === draft.field;
    const entered = enteredFor(field, draft);
    const about = `${oneLine(field.title)}${field.required ? '*' : ''}: `;
    if (open) return inputLine(`▸ ${about}`, draft, columns);
    return [{ text: `  ${about}`, look: 'dim' }, { text: oneLine(entered) }];
  });
  const field = draft.mode === 'read' ? undefined : fields[draft.field];
  const help =
    field === undefined ? [] : wrapText(oneLine(aboutField(field)), columns - 2).slice(0, HELP_ROWS);
  const keys: readonly Key[] =
    draft.mode === 'read'
      ? [
          ['y', 'fill it in'],
          ['n', 'decline'],
          ['x', 'cancel'],
          ['l', 'later'],
        ]
      : [
          ['Enter', 'next field, at the end send', 'next'],
          ['↑↓', 'field'],
          ['Esc', 'back'],
        ];
  return [...rows, ...help.map(row => lineOf(`  ${row}`, 'dim')), ...keyLines(keys, columns)];
}
