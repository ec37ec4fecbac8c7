import type { Budget } from '../model/crew.ts';
import type { CodedFailure } from '../model/crew-error.ts';
import type { ModelPrice } from '../model/fact.ts';
import type { Spend } from '../model/run-event.ts';
import { addUsage, NO_USAGE, type Usage } from '../model/usage.ts';

/** What one effect may cost at the very most, or did cost. `costMicroUsd` null: the price is not known. */
export interface Charge {
  readonly calls: number;
  readonly toolCalls: number;
  readonly usage: Usage;
  readonly costMicroUsd: number | null;
}

/**
 * Who spent what, and who may still spend what.
 * 1. `spent` and all of `reserved` together never exceed `limits`, whatever runs in parallel.
 * 2. A charge enters `spent` only through `settle`; the reservation under its key leaves at the same time.
 */
export interface Ledger {
  readonly limits: Budget;
  readonly spent: Spend;
  readonly reserved: { readonly [key: string]: Charge };
}

const NO_SPEND: Spend = { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 };

/** A ledger where nothing is spent. Pure. */
export function openLedger(limits: Budget): Ledger {
  return { limits, spent: NO_SPEND, reserved: {} };
}

/** Sets aside the worst case of an effect, or says which ceiling stands in its way (BUDGET_EXCEEDED). Pure. */
export function reserve(
  ledger: Ledger,
  key: string,
  charge: Charge,
): { readonly ledger: Ledger } | { readonly failure: CodedFailure } {
  const total = Object.values(ledger.reserved).reduce(addCharge, addCharge(ledger.spent, charge));
  const message = firstExceeded(ledger.limits, total);
  if (message !== undefined) return { failure: { code: 'BUDGET_EXCEEDED', message } };
  return { ledger: { ...ledger, reserved: { ...ledger.reserved, [key]: charge } } };
}

/** Replaces a reservation by what was really spent, at most what was reserved for a count, tokens as reported. Pure. */
export function settle(ledger: Ledger, key: string, actual: Charge): Ledger {
  const { [key]: _settled, ...reserved } = ledger.reserved;
  return { ...ledger, spent: addCharge(ledger.spent, actual), reserved };
}

/** Gives a reservation back because its effect was cancelled; what was sent is charged in full. Pure. */
export function forfeit(ledger: Ledger, key: string): Ledger {
  const charge = ledger.reserved[key];
  return charge === undefined ? ledger : settle(ledger, key, charge);
}

/** Sets new ceilings over the old ones; those not named stay. Pure. */
export function raiseLimits(ledger: Ledger, limits: Budget): Ledger {
  return { ...ledger, limits: { ...ledger.limits, ...limits } };
}

/** The price of a usage in micro dollars, rounded up; null when the price is not known. Pure. */
export function costOf(usage: Usage, price: ModelPrice | null): number | null {
  if (price === null) return null;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens);
  const total =
    fresh * price.inputMicroUsd +
    usage.cachedInputTokens * price.cachedInputMicroUsd +
    usage.outputTokens * price.outputMicroUsd;
  return Math.ceil(total / 1_000_000);
}

function addCharge(left: Charge, right: Charge): Charge {
  return {
    calls: left.calls + right.calls,
    toolCalls: left.toolCalls + right.toolCalls,
    usage: addUsage(left.usage, right.usage),
    costMicroUsd:
      left.costMicroUsd === null || right.costMicroUsd === null
        ? null
        : left.costMicroUsd + right.costMicroUsd,
  };
}

/** A money ceiling cannot be kept when a price is unknown, so it refuses instead of guessing zero. */
function firstExceeded(limits: Budget, total: Charge): string | undefined {
  if (limits.calls !== undefined && total.calls > limits.calls) {
    return `the next model call would be number ${total.calls}; \`budget.calls\` is ${limits.calls}`;
  }
  if (limits.toolCalls !== undefined && total.toolCalls > limits.toolCalls) {
    return `the next tool call would be number ${total.toolCalls}; \`budget.tool_calls\` is ${limits.toolCalls}`;
  }
  const tokens = total.usage.inputTokens + total.usage.outputTokens;
  if (limits.tokens !== undefined && tokens > limits.tokens) {
    return `up to ${tokens} tokens would be spent after the next call; \`budget.tokens\` is ${limits.tokens}`;
  }
  if (limits.costMicroUsd === undefined) return undefined;
  if (total.costMicroUsd === null) {
    return `\`budget.usd\` is ${formatUsd(limits.costMicroUsd)} but the price of a model is not known, so it cannot be kept`;
  }
  if (total.costMicroUsd <= limits.costMicroUsd) return undefined;
  return `up to ${formatUsd(total.costMicroUsd)} would be spent after the next call; \`budget.usd\` is ${formatUsd(limits.costMicroUsd)}`;
}

function formatUsd(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(4)}`;
}
