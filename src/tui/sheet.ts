import { formFields } from '../model/form-field.ts';
import type { PersonQuestion, ToolQuestion } from '../model/person-question.ts';
import { jsonText } from '../reporters/json-text.ts';
import { cellText, columnsOf, oneLine } from './cell-text.ts';
import { editsText } from './edit-preview.ts';
import { enteredFor } from './entered-field.ts';
import { type Cell, fitLine, type Line, lineOf } from './line.ts';
import { richLines } from './rich-text.ts';
import { type AskedHere, openQuestion, startDraft, type UiState } from './ui-state.ts';

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
  if (question.kind === 'form') return cellText(question.text);
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
function reasonLines({ phase, question }: AskedHere): readonly Line[] {
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
  const from = server === undefined ? '' : ` · from ${oneLine(server).slice(0, 20)}`;
  return [
    lineOf(`in ${oneLine(phase)} · asked because ${why}${by}${from}`, 'dim'),
    ...(destructive === true ? [lineOf('It may destroy something that cannot be brought back.', 'bad')] : []),
  ];
}

/** The rows that the sheet of a question would like, frame included; 0 without a question. Pure. */
export function sheetRows(ui: UiState): number {
  const asked = openQuestion(ui);
  if (asked === undefined) return 0;
  const inner = ui.columns - 4;
  const body = bodyLines(asked, inner).length + reasonLines(asked).length;
  const answers = answerLines(asked, ui, inner).length;
  return Math.min(body + answers + 2, Math.max(9, Math.floor(ui.rows * 0.6)));
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
  if (asked === undefined || rows < 4) return [];
  const { columns } = ui;
  const inner = columns - 4;
  const count = ui.queue.length > 1 ? ` 1 of ${ui.queue.length} ` : '';
  const title = ` ? ${titleOf(asked)} `;
  const fill = Math.max(0, columns - 4 - columnsOf(title) - columnsOf(count));
  const top: Line = [
    { text: '╭─', look: 'alert' },
    { text: title, look: 'bar' },
    { text: `${'─'.repeat(fill)}${count}─╮`, look: 'alert' },
  ];
  const answers = answerLines(asked, ui, inner).slice(0, Math.max(1, rows - 3));
  const reasons = reasonLines(asked).slice(0, Math.max(0, rows - 3 - answers.length));
  const room = rows - 2 - answers.length - reasons.length;
  const body = bodyLines(asked, inner);
  const draftTop = ui.draft?.id === asked.id ? ui.draft.top : 0;
  const start = Math.max(0, Math.min(draftTop, body.length - room));
  const shown = body.slice(start, start + room);
  const hidden = body.length - start - shown.length;
  const filled = [...shown, ...Array.from({ length: Math.max(0, room - shown.length) }, (): Line => [])];
  const more =
    start + hidden > 0 ? ` ${start + shown.length} of ${body.length} rows · ↓ scrolls · v shows all ` : '';
  const bottom: Line = [
    { text: `╰${'─'.repeat(Math.max(0, columns - 3 - columnsOf(more)))}${more}─╯`, look: 'alert' },
  ];
  const framed = (line: Line): Line => [
    { text: '│ ', look: 'alert' },
    ...fitLine(line, inner),
    { text: ' │', look: 'alert' },
  ];
  return [
    fitLine(top, columns),
    ...[...reasons, ...filled, ...answers].map(framed),
    fitLine(bottom, columns),
  ];
}

function answerLines(asked: AskedHere, ui: UiState, columns: number): readonly Line[] {
  const draft = ui.draft?.id === asked.id ? ui.draft : startDraft(asked.id);
  const problem: readonly Line[] = draft.problem === '' ? [] : [lineOf(`! ${draft.problem}`, 'bad')];
  if (ui.how === 'replay')
    return [[], lineOf('This run is played again; what was answered comes next.', 'dim')];
  const { question } = asked;
  if (question.kind === 'form') return [[], ...problem, ...formLines(question, draft, columns)];
  if (draft.mode !== 'read')
    return [[], ...problem, inputLine(labelOf(asked, draft.mode), draft.text, columns)];
  const aside: readonly Key[] = [['l', 'later']];
  const all: readonly Key[] = [['v', 'show all']];
  switch (question.kind) {
    case 'question': {
      const choices = question.choices.map((choice, index): Line => {
        const marked = index === draft.choice;
        return [
          { text: `${marked ? '▸' : ' '} ${index + 1} `, look: marked ? 'title' : 'dim' },
          { text: oneLine(choice), look: marked ? 'bold' : 'plain' },
        ];
      });
      const words: readonly Key[] =
        question.freeText || choices.length === 0 ? [['w', 'write an answer of your own']] : [];
      const choose: readonly Key[] = choices.length === 0 ? [] : [['1–9 ↑↓ Enter', 'choose']];
      return [[], ...problem, ...choices, ...keyLines([...choose, ...words, ...all, ...aside], columns)];
    }
    case 'approval':
      return [
        [],
        ...problem,
        ...keyLines(
          [
            ['y', 'allow this call'],
            ['A', 'all like it, in this run'],
            ['n', 'refuse'],
            ['r', 'refuse and say why'],
            ...all,
            ...aside,
          ],
          columns,
        ),
      ];
    case 'uncertain':
      return [
        [],
        ...problem,
        ...keyLines(
          [
            ['d', 'it was done'],
            ['j', 'done, with its result as JSON'],
            ['n', 'not done: call it again'],
            ...all,
            ...aside,
          ],
          columns,
        ),
      ];
    default:
      return [
        [],
        ...problem,
        ...keyLines(
          [['y', 'I have done it'], ['n', 'decline'], ['c', 'copy the address'], ...aside],
          columns,
        ),
      ];
  }
}

function labelOf({ code }: AskedHere, mode: string): string {
  if (mode === 'code' && code !== undefined) return `Type ${code} and Enter to allow it (Esc goes back): `;
  if (mode === 'reason') return 'Why not? The role is told (Enter sends, Esc goes back): ';
  if (mode === 'result') return 'The result of the call as JSON (Enter sends): ';
  return 'Your answer (Enter sends, Esc goes back): ';
}

/** A line that is typed; a long one shows its end. */
function inputLine(label: string, text: string, columns: number): Line {
  const room = Math.max(8, columns - columnsOf(label) - 2);
  let shown = oneLine(` ${text}x`).slice(0, -1);
  shown = text === '' ? '' : cellText(text).replaceAll('\n', '⏎');
  while (columnsOf(shown) > room) shown = shown.slice(Math.max(1, Math.floor((columnsOf(shown) - room) / 2)));
  return [{ text: label, look: 'alert' }, { text: shown }, { text: '▏', look: 'title' }];
}

type Key = readonly [key: string, does: string];

/** Keys with what they do, in as many rows as they need. */
function keyLines(keys: readonly Key[], columns: number): readonly Line[] {
  const rows: Cell[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [key, does] of keys) {
    const width = columnsOf(`${key} ${does}`);
    if (used + width > columns) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push({ text: key, look: 'alert' }, { text: ` ${does}   `, look: 'dim' });
    used += width + 3;
  }
  return rows;
}

function formLines(
  question: Extract<Question, { kind: 'form' }>,
  draft: NonNullable<UiState['draft']>,
  columns: number,
): readonly Line[] {
  const fields = formFields(question.schema) ?? [];
  const rows = fields.map((field, index): Line => {
    const open = draft.mode !== 'read' && index === draft.field;
    const entered = enteredFor(field, draft);
    const choices =
      field.choices.length === 0
        ? ''
        : ` (${field.choices.map((choice, at) => `${at + 1} ${oneLine(String(choice))}`).join(', ')})`;
    const about = `${oneLine(field.title)}${field.required ? '*' : ''}${choices}: `;
    if (open) return inputLine(`▸ ${about}`, draft.text, columns);
    return [{ text: `  ${about}`, look: 'dim' }, { text: oneLine(entered) }];
  });
  const help = draft.mode === 'read' ? '' : oneLine(fields[draft.field]?.description ?? '');
  const keys: readonly Key[] =
    draft.mode === 'read'
      ? [
          ['y', 'fill it in'],
          ['n', 'decline'],
          ['x', 'cancel'],
          ['l', 'later'],
        ]
      : [
          ['Enter', 'next field, at the end send'],
          ['↑↓', 'field'],
          ['Esc', 'back'],
        ];
  return [...rows, ...(help === '' ? [] : [lineOf(`  ${help}`, 'dim')]), ...keyLines(keys, columns)];
}
