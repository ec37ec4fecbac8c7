import type { Spend } from '../../model/run-event.ts';
import { addUsage, NO_USAGE, type Usage } from '../../model/usage.ts';
import type { Charge } from '../../policy/budget.ts';
import { callCost } from '../call-cost.ts';
import type { FoldStep } from './fold-run.ts';

/** What one effect was charged with. */
export interface StepCharge {
  readonly key: string;
  readonly charge: Charge;
}

/**
 * What one fact of a run has cost, effect by effect: the call that it answers, those that were withdrawn because of it,
 * and after a resume those whose outcome was lost. Over all facts the charges add up to what the run has spent. Pure.
 */
export function chargesOf({ before, after, fact, effects }: FoldStep): readonly StepCharge[] {
  if (before === undefined) return [];
  const spent = countsOf(after.ledger.spent, before.ledger.spent);
  if (spent.calls === 0 && spent.toolCalls === 0) return [];
  const own = 'key' in fact ? fact.key : undefined;
  const cancelled = new Set(effects.flatMap(effect => (effect.type === 'effect.cancel' ? [effect.key] : [])));
  const lost = Object.entries(before.ledger.reserved)
    .filter(([key]) => key !== own && (cancelled.has(key) || fact.type === 'run.resumed'))
    .map(([key, charge]) => ({ key, charge }));
  const rest = lost.reduce((left, { charge }) => countsOf(left, charge), spent);
  if (own === undefined || before.ledger.reserved[own] === undefined) return lost;
  const act = before.acts[own];
  const costMicroUsd = act?.type === 'model.call' ? callCost(before.terms[act.model], rest.usage) : 0;
  return [{ key: own, charge: { ...rest, costMicroUsd } }, ...lost];
}

/** The sum of charges. `costMicroUsd` is null as soon as one is not known. Pure. */
export function sumCharges(charges: readonly Charge[]): Spend {
  return charges.reduce<Spend>(
    (sum, each) => ({
      calls: sum.calls + each.calls,
      toolCalls: sum.toolCalls + each.toolCalls,
      usage: addUsage(sum.usage, each.usage),
      costMicroUsd:
        sum.costMicroUsd === null || each.costMicroUsd === null ? null : sum.costMicroUsd + each.costMicroUsd,
    }),
    { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 },
  );
}

type Counts = Pick<Charge, 'calls' | 'toolCalls' | 'usage'>;

function countsOf(whole: Counts, part: Counts): Counts {
  return {
    calls: whole.calls - part.calls,
    toolCalls: whole.toolCalls - part.toolCalls,
    usage: minus(whole.usage, part.usage),
  };
}

function minus(whole: Usage, part: Usage): Usage {
  return {
    inputTokens: whole.inputTokens - part.inputTokens,
    outputTokens: whole.outputTokens - part.outputTokens,
    cachedInputTokens: whole.cachedInputTokens - part.cachedInputTokens,
  };
}
