import { formatCost, formatCount } from '../reporters/amounts.ts';
import { columnsOf } from './cell-text.ts';
import { clockText } from './clock-text.ts';
import type { Line, Look } from './line.ts';
import { costText, tokensText } from './spent-text.ts';
import type { View } from './view.ts';
import { isAwaiting } from './view-model.ts';

/** One thing that a budget counts: what is spent, its ceiling, and the most that the plan allows. */
export interface Gauge {
  readonly name: string;
  readonly spent: number | null;
  readonly ceiling: number | undefined;
  readonly bound: number | undefined;
  readonly shown: (amount: number) => string;
  /** What was spent in words, where a number would say too little. */
  readonly words?: string;
}

/** The gauges of a run. Pure. */
export function gaugesOf(view: View, nowMs: number): readonly Gauge[] {
  const { budget, plan } = view.setup;
  const { spend } = view;
  const tokens = spend.usage.inputTokens + spend.usage.outputTokens;
  const bound = (amount: number | undefined) =>
    amount === undefined || amount === null || !Number.isFinite(amount) ? undefined : amount;
  const planned = plan === undefined ? undefined : plan.inputTokens + plan.outputTokens;
  const gauges: readonly Gauge[] = [
    {
      name: 'calls',
      spent: spend.calls,
      ceiling: budget.calls,
      bound: bound(plan?.calls),
      shown: formatCount,
    },
    {
      name: 'tools',
      spent: spend.toolCalls,
      ceiling: budget.toolCalls,
      bound: undefined,
      shown: formatCount,
    },
    {
      name: 'tokens',
      spent: tokens,
      ceiling: budget.tokens,
      bound: bound(planned),
      shown: formatCount,
      words: tokensText(view),
    },
    {
      name: 'money',
      spent: spend.costMicroUsd,
      ceiling: budget.costMicroUsd,
      bound: bound(plan?.costMicroUsd),
      shown: formatCost,
      words: costText(view),
    },
    {
      name: 'time',
      spent: activeMs(view, nowMs),
      ceiling: budget.timeMs,
      bound: undefined,
      shown: clockText,
    },
  ];
  return gauges.filter(({ name, ceiling }) => name !== 'tools' || ceiling !== undefined);
}

/** The time that counts: without what only people took. Pure. */
export function activeMs(view: View, nowMs: number): number {
  const since = isAwaiting(view) ? nowMs - view.workedMs : 0;
  return Math.max(0, nowMs - view.awaitedMs - since);
}

const NAME_COLUMNS = 7;
const FULL = '━';
const EMPTY = '─';

/** A gauge as a row: a bar up to the ceiling, or the plan's bound, and the numbers. Pure. */
export function gaugeLine(gauge: Gauge, columns: number): Line {
  const { name, spent, ceiling, bound, shown } = gauge;
  const most = ceiling ?? bound;
  const of = ceiling !== undefined ? ` of ${shown(ceiling)}` : '';
  const plan = bound !== undefined && bound !== ceiling ? ` · plan ≤ ${shown(bound)}` : '';
  const amount = gauge.words ?? (spent === null ? 'price unknown' : shown(spent));
  const numbers = `${amount}${of}`;
  const room = columns - NAME_COLUMNS - 1 - columnsOf(numbers);
  const planShown = room - columnsOf(plan) >= 6 ? plan : '';
  const width = Math.min(16, room - columnsOf(planShown));
  const share = most === undefined || most === 0 || spent === null ? 0 : Math.min(1, spent / most);
  const isBar = most !== undefined && width >= 4;
  const full = isBar ? Math.round(share * width) || (share > 0 ? 1 : 0) : 0;
  const look: Look = share >= 0.9 ? 'bad' : share >= 0.7 ? 'alert' : 'green';
  return [
    { text: name.padEnd(NAME_COLUMNS), look: 'dim' },
    ...(isBar
      ? [
          { text: FULL.repeat(full), look },
          { text: EMPTY.repeat(width - full), look: 'dim' as const },
          { text: ' ' },
        ]
      : []),
    { text: numbers },
    { text: planShown, look: 'dim' },
  ];
}
