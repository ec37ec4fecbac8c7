import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '../../../src/model/fact.ts';
import type { Bound } from '../../../src/model/plan.ts';
import type { Program } from '../../../src/model/program.ts';
import { formatReasons, type Reason } from '../../../src/reporters/why-text.ts';
import { decide } from '../../../src/runtime/decide.ts';
import { foldRun } from '../../../src/runtime/records/fold-run.ts';
import type { RunState } from '../../../src/runtime/run-state.ts';
import { law } from './law.ts';

/** A run that has ended wants nothing more, whatever comes. */
export function expectSilence(ended: RunState, late: readonly Fact[]): void {
  for (const fact of late) {
    const [state, effects] = decide(ended, fact);
    const acts = effects.filter(effect => effect.type !== 'event.publish');
    law(acts.length === 0 && isDeepStrictEqual(state.end, ended.end), 'an ended run goes on');
  }
}

/** No run uses more than its plan said; tokens and money only where they are counted truly. */
export function expectPlan({ ledger }: RunState, bound: Bound, counted: boolean): void {
  const { calls, toolCalls, usage, costMicroUsd } = ledger.spent;
  const within = (what: string, spent: number, most: number): void => {
    law(spent <= most, `${spent} ${what}, the plan says ${most}`);
  };
  within('calls', calls, bound.calls);
  within('tool calls', toolCalls, bound.toolCalls);
  if (!counted) return;
  within('input tokens', usage.inputTokens, bound.inputTokens);
  within('output tokens', usage.outputTokens, bound.outputTokens);
  within('micro dollars', costMicroUsd ?? 0, bound.costMicroUsd);
}

/** One paragraph for each reason, each with its fact's number, and nothing in it that a terminal would obey. */
export function expectExplained(reasons: readonly Reason[], startedAt: number): void {
  const text = formatReasons(reasons, { color: false, startedAt });
  const lines = text.split('\n');
  law(
    lines.filter(line => line.startsWith('#')).length === reasons.length,
    'a reason has no paragraph of its own',
  );
  law(lines.pop() === '' && lines.every(line => /^(#\d| {3})/.test(line)), 'a paragraph is broken');
  law(!/[\p{Cc}\p{Bidi_Control}]/u.test(text.replaceAll('\n', '')), 'a reason has control characters');
}

/** R3: the same facts, read from a journal, give the same events byte for byte, and the same end. */
export function expectReplay(
  program: Program,
  facts: readonly Fact[],
  was: { readonly state: RunState; readonly told: readonly string[] },
): void {
  const told: string[] = [];
  let last: RunState | undefined;
  const recorded = JSON.parse(JSON.stringify(facts)) as readonly Fact[];
  for (const { after, effects } of foldRun(program, recorded)) {
    last = after;
    for (const effect of effects)
      if (effect.type === 'event.publish') told.push(JSON.stringify(effect.event));
  }
  law(
    told.length === was.told.length && told.every((event, nth) => event === was.told[nth]),
    'a replay went another way',
  );
  law(JSON.stringify(last?.ledger) === JSON.stringify(was.state.ledger), 'a replay spent something else');
}
