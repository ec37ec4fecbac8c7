import type { Budget } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import type { Bound, PhasePlan, Plan, PlanExcess, PlannedModel } from '../model/plan.ts';
import { formatCost, formatCount, formatDuration } from './amounts.ts';
import { displayWidth } from './display-width.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

const COLUMNS = ['visits', 'model calls', 'tool calls', 'tokens in', 'tokens out', 'money', 'time'];

/** A plan for people: the bound of every phase and of the run, why it is what it is, and what is not known. Pure. */
export function formatPlan(plan: Plan, { color }: { readonly color: boolean }): string {
  const rows = [
    ['phase', ...COLUMNS],
    ...plan.phases.map(phaseRow),
    ['dearest way', '', ...boundCells(plan.total)],
    ['budget', '', ...budgetCells(plan.budget)],
    ['at most', '', ...boundCells(plan.most)],
  ];
  const [head = '', ...lines] = alignRows(rows);
  const last = lines.pop() ?? '';
  const calm = plan.most.undisturbedCalls;
  return [
    paint(head, 'bold', color),
    ...lines,
    paint(last, 'bold', color),
    '',
    `Without failures of providers and answers to mend: at most ${number(calm)} model calls.`,
    ...section('Models', plan.models.map(modelLine), color),
    ...section('Why', plan.phases.flatMap(whyLines), color),
    ...section(
      'Not known',
      plan.notes.map(note => `${note.place}: ${note.message}`),
      color,
    ),
    ...section('Above the budget', plan.excess.map(excessLine), color),
    '',
  ].join('\n');
}

/** One ceiling that a plan lies above, in words. Pure. */
export function excessLine({ what, bound, budget, refused, place = '', unpriced }: PlanExcess): string {
  const row = EXCESS_WORDS[what];
  if (unpriced !== undefined) {
    const models = unpriced.map(use => `\`${use}\``).join(', ');
    return `\`${place}budget.${row.key}\` is ${row.text(budget)}, but the price of ${models} is not known, so it cannot be kept`;
  }
  const limit = budget === Number.POSITIVE_INFINITY ? 'no ceiling' : row.text(budget);
  const end = refused ? '' : '; the ceiling is kept, so the run may stop before its end';
  return `up to ${row.text(bound)} ${row.noun}, \`budget.${row.key}\` is ${limit}${end}`;
}

/** A walk through the phases, one line for each visit, and how it ends. Pure. */
export function formatWalk(walk: {
  readonly steps: readonly {
    readonly phase: string;
    readonly kind: string;
    readonly visit: number;
    readonly outcome: string;
  }[];
  readonly end: {
    readonly outcome: string;
    readonly phase: string;
    readonly result?: JsonValue;
    readonly failure?: { readonly code: string; readonly message: string };
  };
}): string {
  const rows = walk.steps.map((step, index) => [
    `${index + 1}.`,
    step.phase,
    step.kind,
    `visit ${step.visit}`,
    step.outcome === 'missing' ? 'no stub' : step.outcome,
  ]);
  const { end } = walk;
  const failure = end.failure === undefined ? '' : `: ${end.failure.code} ${end.failure.message}`;
  const words =
    end.outcome === 'missing'
      ? `The walk stops at ${end.phase}: the stubs do not say what it does.`
      : `The walk ends in ${end.outcome} at ${end.phase}${failure}.`;
  return sanitizeText(`${alignRows(rows).join('\n')}\n${words}\n`);
}

const EXCESS_WORDS = {
  calls: { noun: 'model calls', key: 'calls', text: number },
  toolCalls: { noun: 'tool calls', key: 'tool_calls', text: number },
  tokens: { noun: 'tokens', key: 'tokens', text: formatBound(formatCount) },
  costMicroUsd: { noun: 'of money', key: 'usd', text: formatBound(formatCost, 'an unknown amount') },
  timeMs: { noun: 'of time', key: 'time', text: formatBound(formatDuration) },
} as const satisfies Record<
  keyof Budget,
  { readonly noun: string; readonly key: string; readonly text: (value: number) => string }
>;

function phaseRow(phase: PhasePlan): string[] {
  const dots = phase.path.split('.');
  const name = dots.length === 1 ? phase.path : `  .${dots.slice(1).join('.')}`;
  return [name, number(phase.visits), ...boundCells(phase.total)];
}

function boundCells(bound: Bound): string[] {
  return [
    number(bound.calls),
    number(bound.toolCalls),
    formatBound(formatCount)(bound.inputTokens),
    formatBound(formatCount)(bound.outputTokens),
    formatBound(formatCost, 'unknown')(bound.costMicroUsd),
    formatBound(formatDuration)(bound.timeMs),
  ];
}

function budgetCells({ calls, toolCalls, tokens, costMicroUsd, timeMs }: Budget): string[] {
  const shown = (value: number | undefined, format: (value: number) => string): string =>
    value === undefined ? '-' : format(value);
  return [
    shown(calls, number),
    shown(toolCalls, number),
    tokens === undefined ? '-' : `${formatCount(tokens)} in all`,
    '',
    shown(costMicroUsd, formatCost),
    shown(timeMs, formatDuration),
  ];
}

function windowWords({ contextTokens, declaredContextTokens: declared }: PlannedModel): string {
  const known =
    contextTokens === null ? 'context window unknown' : `context window ${number(contextTokens)} tokens`;
  return declared === undefined ? known : `${known}, ${number(declared)} as declared`;
}

function modelLine(model: PlannedModel): string {
  const known = [
    `at most ${number(model.maxTokens)} tokens out a call`,
    windowWords(model),
    model.priceKnown ? 'price known' : 'price unknown',
  ];
  const what = model.languageModel ? known.join(', ') : 'no language model, so no tokens and no money';
  return `${model.alias}: ${model.use} (${model.reason}); ${what}`;
}

function whyLines({ path, factors }: PhasePlan): string[] {
  return factors.map(factor => `${path}: ${number(factor.count)} ${factor.what}: ${factor.why}`);
}

function section(title: string, lines: readonly string[], color: boolean): string[] {
  return lines.length === 0
    ? []
    : ['', paint(title, 'bold', color), ...lines.map(line => `  ${sanitizeText(line)}`)];
}

function number(count: number): string {
  return count === Number.POSITIVE_INFINITY ? 'no bound' : count.toLocaleString('en-US');
}

function formatBound(format: (value: number) => string, without = 'no bound') {
  return (value: number): string => (value === Number.POSITIVE_INFINITY ? without : format(value));
}

/** The first column to the left, all others to the right. */
function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map(row => displayWidth(row[column] ?? ''))),
  );
  return rows.map(row =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return column === 0 ? cell + gap : gap + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}
