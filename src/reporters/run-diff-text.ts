import { type ComparedLine, compareLines } from '../model/compare-lines.ts';
import type { JsonValue } from '../model/json.ts';
import type { ComparedRun, DifferentPrompt, DifferentValue, RunDiff } from '../model/run-diff.ts';
import { formatDuration, formatQuantity } from './amounts.ts';
import { cutToWidth } from './display-width.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { SPEND_HEAD, spendCells } from './spend-table.ts';
import { textTable } from './text-table.ts';

/** Lines of context around a change, and the most lines that one value or prompt is given. */
const CONTEXT = 2;
const MAX_LINES = 40;

/** How a comparison is laid out. `columns` is Infinity for a file. */
export interface DiffText {
  readonly color: boolean;
  /** Infinity for a file. */
  readonly columns: number;
}

/** How two runs differ, for people: what is only in the first is marked `-`, only in the second `+`. Pure. */
export function formatRunDiff(diff: RunDiff, layout: DiffText): string {
  const { a, b, artifacts, prompts } = diff;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint(title, 'bold', layout.color), ...lines];
  const path = compareLines(a.path.join('\n'), b.path.join('\n'));
  return [
    ...runLines(diff, layout),
    ...section(
      'Inputs',
      diff.inputs.flatMap(value => valueLines(value, layout)),
    ),
    ...section(
      'Models',
      diff.models.flatMap(value => valueLines(value, layout)),
    ),
    ...section(
      'Path',
      diff.samePath
        ? [`  the same ${formatQuantity(a.path.length, 'visit')}`]
        : path.map(line => markedLine(line, layout)),
    ),
    ...section(
      `Artifacts: ${artifacts.same} the same, ${artifacts.different.length} different`,
      artifacts.different.flatMap(value => valueLines(value, layout)),
    ),
    ...section(
      `Prompts: ${prompts.same} the same, ${prompts.different.length} different`,
      prompts.different.flatMap(prompt => promptLines(prompt, layout)),
    ),
    ...section('Spent', spendLines(a, b, layout)),
    '',
  ].join('\n');
}

function runLines({ a, b, sameProgram }: RunDiff, { color, columns }: DiffText): string[] {
  const row = (mark: string, { runId, crew, programHash, status, endedAt, workedMs }: ComparedRun) => [
    mark,
    runId,
    crew,
    `program ${programHash.slice(0, 8)}`,
    `${status}${endedAt === undefined ? '' : ` at ${endedAt}`}`,
    `worked ${formatDuration(workedMs)}`,
  ];
  const [first = '', second = ''] = textTable([row('-', a), row('+', b)], { columns });
  return [
    paint(first, 'red', color),
    paint(second, 'green', color),
    ...(sameProgram ? [] : ['  the programs are not the same']),
  ];
}

function valueLines({ name, a, b }: DifferentValue, layout: DiffText): string[] {
  return differenceLines({ title: name, a: textOf(a), b: textOf(b) }, layout);
}

function promptLines({ key, phase, a, b }: DifferentPrompt, layout: DiffText): string[] {
  return differenceLines({ title: `${key} (${phase})`, a, b }, layout);
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return JSON.stringify(value, null, 2);
}

function differenceLines(
  { title, a, b }: { readonly title: string; readonly a: string | undefined; readonly b: string | undefined },
  layout: DiffText,
): string[] {
  const name = sanitizeText(title, { keepNewlines: false });
  if (a === undefined) return [paint(`  + ${name}: only in the second`, 'green', layout.color)];
  if (b === undefined) return [paint(`  - ${name}: only in the first`, 'red', layout.color)];
  const lines = nearChanges(compareLines(a, b));
  const shown = lines
    .slice(0, MAX_LINES)
    .map(line => (line === undefined ? '    …' : markedLine(line, layout, 2)));
  const rest = lines.length > MAX_LINES ? [`    … ${lines.length - MAX_LINES} more lines`] : [];
  return [`  ${name}`, ...shown, ...rest];
}

/** Changed lines with some lines around them; undefined stands for a gap. */
function nearChanges(lines: readonly ComparedLine[]): readonly (ComparedLine | undefined)[] {
  const near = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let each = index - CONTEXT; each <= index + CONTEXT; each += 1) near.add(each);
  }
  return lines.flatMap((line, index) => {
    if (near.has(index)) return [line];
    return near.has(index - 1) ? [undefined] : [];
  });
}

const MARKS = { same: ' ', added: '+', removed: '-' } as const;
const STYLES = { same: 'plain', added: 'green', removed: 'red' } as const;

function markedLine({ kind, text }: ComparedLine, { color, columns }: DiffText, indent = 0): string {
  const line = `${' '.repeat(indent)}  ${MARKS[kind]} ${sanitizeText(text, { keepNewlines: false })}`;
  return paint(cutToWidth(line.trimEnd(), columns), STYLES[kind], color);
}

function spendLines(a: ComparedRun, b: ComparedRun, { columns }: DiffText): readonly string[] {
  const rows = (run: ComparedRun) => new Map(run.spend.byPhase.map(row => [row.name, spendCells(row)]));
  const [left, right] = [rows(a), rows(b)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const none = ['-', '-', '-', '-', '-'];
  const different = names.flatMap(name => {
    const [first = none, second = none] = [left.get(name), right.get(name)];
    if (first.join() === second.join()) return [];
    return [
      ['-', name, ...first],
      ['+', name, ...second],
    ];
  });
  const total = [
    ['-', 'in all', ...spendCells(a.spend.total)],
    ['+', 'in all', ...spendCells(b.spend.total)],
  ];
  return textTable([['', '', ...SPEND_HEAD], ...different, ...total], {
    right: [2, 3, 4, 5, 6],
    indent: 2,
    columns,
  });
}
