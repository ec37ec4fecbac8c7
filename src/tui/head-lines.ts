import { formatCost, formatQuantity } from '../reporters/amounts.ts';
import { modelName, notALanguageModel } from '../reporters/describe-model.ts';
import { cellText, columnsOf, cutText, oneLine } from './cell-text.ts';
import { clockText } from './clock-text.ts';
import { activeMs } from './gauge.ts';
import { type Cell, fitLine, type Line, type Look, lineColumns, lineOf, spread } from './line.ts';
import { MARKS, stateOf } from './procedure-rows.ts';
import { costText, tokensText } from './spent-text.ts';
import { type UiState, writesAnswer } from './ui-state.ts';
import type { View } from './view.ts';

const STATES = {
  starting: ['◌', 'dim', 'starts'],
  idle: ['‖', 'alert', 'nobody works on it'],
  running: ['●', 'title', 'running'],
  paused: ['‖', 'alert', 'paused: nothing new begins'],
  stopping: ['◌', 'alert', 'stops at the next safe point'],
  suspended: ['‖', 'alert', 'waits, resumable'],
  success: ['✓', 'good', 'success'],
  failure: ['✗', 'bad', 'ended in failure'],
  error: ['✗', 'bad', 'ended by an error'],
} as const satisfies Record<View['state'], readonly [string, Look, string]>;

/** Columns that the name of the crew keeps beside what the run has spent. */
const NAME_COLUMNS = 14;

/** The two rows at the top: what runs, how it stands, what it has cost, and what it is for. Pure. */
export function headLines(view: View, ui: UiState, nowMs: number): readonly Line[] {
  const { columns } = ui;
  const name: Line = [
    { text: ' ' },
    { text: view.crew, look: 'bold' },
    { text: view.runId === '' ? '' : `  run ${view.runId}`, look: 'dim' },
    ...replayCells(ui),
  ];
  const state = stateCells(view, ui);
  const room = columns - lineColumns(state) - 1;
  const spent = spentCells(view, nowMs, { beside: room - lineColumns(name) - 1, most: room - NAME_COLUMNS });
  const first = spread(name, [...state, ...spent, { text: ' ' }], columns);
  const goal: Line = [{ text: ` ${view.goal}`, look: 'dim' }];
  return [fitLine(first, columns), fitLine(spread(goal, modelCells(view), columns), columns)];
}

function stateCells(view: View, ui: UiState): Line {
  const waits = ui.how === 'replay' ? view.questions.length : ui.queue.length;
  if (waits > 0 && view.state === 'running') {
    const more = waits === 1 ? '' : ` (${waits})`;
    return [{ text: `? waits for you${more}`, look: 'alert' }];
  }
  const [mark, look, word] = STATES[view.state];
  return [{ text: `${mark} ${word}`, look }];
}

/**
 * Calls, tokens, time and money, as much of it as there is room for beside the whole name of the run, or where calls have
 * none there, beside a cut one. Money is never left out.
 */
function spentCells(
  view: View,
  nowMs: number,
  { beside, most }: { readonly beside: number; readonly most: number },
): Line {
  const ceiling = view.setup.budget.costMicroUsd;
  const money = costText(view);
  const whole = ceiling === undefined ? money : `${money} of ${formatCost(ceiling)}`;
  const calls = formatQuantity(view.spend.calls, 'call');
  const worked = activeMs(view, nowMs);
  const waited = nowMs - worked;
  const time = waited < 1000 ? clockText(nowMs) : `${clockText(worked)}, waited ${clockText(waited)}`;
  const ways: readonly (readonly [before: readonly string[], money: string])[] = [
    [[time, calls, `${tokensText(view)} tokens`], whole],
    [[time, calls], whole],
    [[calls], whole],
    [[calls], money],
    [[], money],
  ];
  const cells = ways.map(([before, last]): Line => {
    return [
      { text: ` · ${before.map(each => `${each} · `).join('')}`, look: 'dim' },
      { text: last, look: 'bold' },
    ];
  });
  const fits = (columns: number) => (line: Line) => lineColumns(line) <= columns;
  return cells.slice(0, 4).find(fits(beside)) ?? cells.find(fits(most)) ?? cells.at(-1) ?? [];
}

/** A run without a language model says so where it stands. */
function modelCells(view: View): Line {
  const uses = [...new Set(view.models.values())];
  const [use, ...others] = uses;
  if (use === undefined || others.length > 0) return [];
  return notALanguageModel(use) === undefined
    ? lineOf(` ${use} `, 'dim')
    : lineOf(` ${modelName(use)} `, 'yellow');
}

function replayCells({ replay }: UiState): Line {
  if (replay === undefined) return [];
  const { at, count, playing, speed } = replay;
  return [
    { text: `  ${playing ? '▸ playing' : '‖ paused'}`, look: 'alert' },
    { text: ` ${at} of ${count} · ${speed === Number.POSITIVE_INFINITY ? 'max' : `${speed}×`}`, look: 'dim' },
  ];
}

/** The way through the procedure on one row, for screens that show one pane at a time. Pure. */
export function stripLine(view: View, columns: number): Line {
  const cells: Cell[][] = view.setup.chart.nodes.map(node => {
    const state = stateOf(view, node.id);
    const [mark, look] = MARKS[state];
    const isLive = state === 'live' || state === 'asked';
    const visit = view.phases.get(node.id)?.visit ?? 1;
    return [
      { text: `${node.kind === 'end' && state === 'idle' ? '◎' : mark} `, look },
      {
        text: oneLine(node.id) + (visit > 1 ? `×${visit}` : ''),
        look: isLive ? 'bold' : state === 'idle' ? 'dim' : 'plain',
      },
    ];
  });
  const alive = view.setup.chart.nodes.findLastIndex(node => view.phases.has(node.id));
  let start = 0;
  const { nodes } = view.setup.chart;
  // A run comes to one of its ends: they follow what is before them, and not each other.
  const between = (index: number): Cell => {
    const isOther = nodes[index]?.kind === 'end' && nodes[index - 1]?.kind === 'end';
    return { text: isOther ? ' | ' : ' › ', look: 'dim' };
  };
  const join = (from: number, to?: number): Line =>
    cells.slice(from, to).flatMap((cell, index) => (index === 0 ? cell : [between(from + index), ...cell]));
  const upTo = (from: number): number => lineColumns(join(from, alive + 2));
  while (start < alive && upTo(start) > columns - 4) start += 1;
  return fitLine([{ text: start > 0 ? ' … ' : ' ', look: 'dim' }, ...join(start)], columns);
}

/** A scrubber: how much of a recorded run was played. Pure. */
export function scrubberLine(ui: UiState): Line {
  const { replay, columns } = ui;
  if (replay === undefined) return [];
  const width = Math.max(1, columns - 2);
  const at = replay.count === 0 ? 0 : Math.round((replay.at / replay.count) * (width - 1));
  return fitLine(
    [
      { text: ' ' },
      { text: '━'.repeat(at), look: 'cyan' },
      { text: '●', look: 'title' },
      { text: '─'.repeat(Math.max(0, width - at - 1)), look: 'dim' },
    ],
    columns,
  );
}

/** The row at the bottom: what was just said to the person, else the keys that do something now. Pure. */
export function footLine(view: View, ui: UiState, isOver: boolean): Line {
  const { columns, typing, toast } = ui;
  if (typing !== undefined) {
    const to = oneLine(typing.to ?? '');
    const label = typing.what === 'search' ? '/' : `to ${to}: `;
    return fitLine(
      [
        { text: ` ${label}`, look: 'alert' },
        { text: cellText(typing.text).replaceAll('\n', ' ') },
        { text: '▏', look: 'title' },
        { text: '  Enter · Esc', look: 'dim' },
      ],
      columns,
    );
  }
  if (ui.closesInS !== undefined) return closingLine(ui.closesInS, columns);
  if (toast !== '')
    return fitLine([{ text: ` ${cutText(oneLine(toast), columns - 2)}`, look: 'alert' }], columns);
  return hintLine(hintsOf(view, ui, isOver), columns);
}

/** Says what happens unless a key is pressed. */
function closingLine(closesInS: number, columns: number): Line {
  return fitLine(
    [
      { text: ` closes in ${closesInS} s`, look: 'alert' },
      {
        text: columns < 66 ? ', any key keeps it' : ', any key keeps it; q leaves and prints the result',
        look: 'dim',
      },
    ],
    columns,
  );
}

/** As many keys as there is room for; the last two, help and the way out, are always there. */
function hintLine(hints: readonly Hint[], columns: number): Line {
  const widthOf = ([key, does]: Hint): number => columnsOf(key) + columnsOf(does) + 3;
  const last = hints.slice(-2);
  let left = columns - 1 - last.reduce((sum, hint) => sum + widthOf(hint), 0);
  const first = hints.slice(0, -2).filter(hint => {
    left -= widthOf(hint);
    return left >= 0;
  });
  const cells = [...first, ...last].flatMap(([key, does]): Cell[] => [
    { text: key, look: 'bold' },
    { text: ` ${does}  `, look: 'dim' },
  ]);
  return fitLine([{ text: ' ' }, ...cells], columns);
}

type Hint = readonly [key: string, does: string];

function hintsOf(view: View, ui: UiState, over: boolean): readonly Hint[] {
  if (ui.pager !== undefined) {
    const copy: readonly Hint[] = ui.pager.copy === undefined ? [] : [['c', 'copy']];
    return [['↑↓ PgUp PgDn', 'scroll'], ...copy, ['Esc', 'back']];
  }
  if (writesAnswer(ui))
    return [
      ['Enter', 'send'],
      ['Esc', 'other keys'],
    ];
  const only = ui.filter.role ?? ui.filter.phase;
  const filtered: readonly Hint[] = only === undefined ? [] : [['Esc', `show all (only ${oneLine(only)})`]];
  const aside: readonly Hint[] = ui.aside && ui.queue.length > 0 ? [['l', 'answer']] : [];
  const move: readonly Hint[] = [
    ['Tab', 'pane'],
    ['↑↓', 'move'],
    ['Enter', 'open'],
  ];
  if (ui.how === 'replay')
    return [...filtered, ...replayHints(ui), ...move, ['w', 'why'], ['?', 'help'], ['q', 'leave']];
  const search: Hint = ui.search === '' ? ['/', 'search'] : ['n N', `“${oneLine(ui.search)}”`];
  const pause: readonly Hint[] =
    ui.how === 'watch' ? [] : [['Space', view.state === 'paused' ? 'go on' : 'pause']];
  const run: readonly Hint[] = over ? [] : [...pause, ['s', 'stop']];
  const leave: Hint = ['q', over && ui.how === 'run' ? 'leave and print the result' : 'leave'];
  const looks: readonly Hint[] = [...move, ['w', 'why'], search, ['p', 'prompt']];
  return [...aside, ...run, ...filtered, ...looks, ['?', 'help'], leave];
}

function replayHints({ replay }: UiState): readonly Hint[] {
  return [
    ['Space', replay?.playing === true ? 'pause' : 'play'],
    ['←→', 'step'],
    ['[ ]', 'phase'],
    ['+ -', 'speed'],
  ];
}
