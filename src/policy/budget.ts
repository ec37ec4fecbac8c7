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

/** A budget inside the run's, such as that of a crew phase: everything whose key starts with the pot's id counts. */
interface Pot {
  /** What messages call it. */
  readonly name: string;
  readonly limits: Budget;
  readonly spent: Spend;
  /** How long the run had been worked on when the pot was opened, in milliseconds. */
  readonly sinceMs: number;
}

/**
 * Who spent what, and who may still spend what.
 * 1. `spent` and all of `reserved` together never exceed `limits`, whatever runs in parallel; the same holds in each pot.
 * 2. A charge enters `spent` only through `settle`; the reservation under its key leaves at the same time.
 */
export interface Ledger {
  readonly limits: Budget;
  readonly spent: Spend;
  readonly reserved: { readonly [key: string]: Charge };
  readonly pots: { readonly [id: string]: Pot };
}

const NO_SPEND: Spend = { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 };

/** A ledger where nothing is spent. Pure. */
export function openLedger(limits: Budget): Ledger {
  return { limits, spent: NO_SPEND, reserved: {}, pots: {} };
}

/** Adds a budget for everything whose key starts with `id`; it lies within all others. Pure. */
export function openPot(
  ledger: Ledger,
  id: string,
  pot: { readonly name: string; readonly limits: Budget; readonly sinceMs: number },
): Ledger {
  return { ...ledger, pots: { ...ledger.pots, [id]: { ...pot, spent: NO_SPEND } } };
}

/** Takes away the pots that are over; what was spent stays spent in the others. Pure. */
export function closePots(ledger: Ledger, isOver: (id: string) => boolean): Ledger {
  const pots = Object.entries(ledger.pots).filter(([id]) => !isOver(id));
  return { ...ledger, pots: Object.fromEntries(pots) };
}

/** Sets aside the worst case of an effect, or says which ceiling stands in its way (BUDGET_EXCEEDED). Pure. */
export function reserve(
  ledger: Ledger,
  key: string,
  charge: Charge,
): { readonly ledger: Ledger } | { readonly failure: CodedFailure } {
  const total = Object.values(ledger.reserved).reduce(addCharge, addCharge(ledger.spent, charge));
  const message = firstExceeded(ledger.limits, total) ?? firstPotExceeded(ledger, key, charge);
  if (message !== undefined) return { failure: { code: 'BUDGET_EXCEEDED', message } };
  return { ledger: { ...ledger, reserved: { ...ledger.reserved, [key]: charge } } };
}

/** Replaces a reservation by what was really spent, at most what was reserved for a count, tokens as reported. Pure. */
export function settle(ledger: Ledger, key: string, actual: Charge): Ledger {
  const { [key]: _settled, ...reserved } = ledger.reserved;
  const pots = Object.entries(ledger.pots).map(([id, pot]) =>
    key.startsWith(id)
      ? ([id, { ...pot, spent: addCharge(pot.spent, actual) }] as const)
      : ([id, pot] as const),
  );
  return {
    ...ledger,
    spent: addCharge(ledger.spent, actual),
    reserved,
    pots: pots.length === 0 ? ledger.pots : Object.fromEntries(pots),
  };
}

/** Gives a reservation back because its effect was cancelled; what was sent is charged in full. Pure. */
export function forfeit(ledger: Ledger, key: string): Ledger {
  const charge = ledger.reserved[key];
  return charge === undefined ? ledger : settle(ledger, key, charge);
}

/** Sets new ceilings over the old ones; those not named stay. A pot has its ceilings raised too, never lowered. Pure. */
export function raiseLimits(ledger: Ledger, limits: Budget): Ledger {
  const pots = Object.entries(ledger.pots).map(
    ([id, pot]) => [id, { ...pot, limits: raised(pot.limits, limits) }] as const,
  );
  return { ...ledger, limits: { ...ledger.limits, ...limits }, pots: Object.fromEntries(pots) };
}

function raised(limits: Budget, to: Budget): Budget {
  const rows = Object.entries(limits).map(
    ([name, limit]) => [name, Math.max(limit, to[name as keyof Budget] ?? 0)] as const,
  );
  return Object.fromEntries(rows);
}

/** A time ceiling: when it is reached, on the clock of the run's work, and whose it is; no name is the run's own. */
export interface TimeLimit {
  readonly due: number;
  readonly limitMs: number;
  readonly name?: string;
}

/** The time ceiling that is reached first; undefined when there is none. Pure. */
export function nearestTimeLimit({ limits, pots }: Ledger): TimeLimit | undefined {
  const own = limits.timeMs === undefined ? [] : [{ due: limits.timeMs, limitMs: limits.timeMs }];
  const inside = Object.values(pots).flatMap(({ name, limits: { timeMs }, sinceMs }) =>
    timeMs === undefined ? [] : [{ due: sinceMs + timeMs, limitMs: timeMs, name }],
  );
  return [...own, ...inside].reduce<TimeLimit | undefined>(
    (first, each) => (first === undefined || each.due < first.due ? each : first),
    undefined,
  );
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

function firstPotExceeded({ pots, reserved }: Ledger, key: string, charge: Charge): string | undefined {
  for (const [id, { name, limits, spent }] of Object.entries(pots)) {
    if (!key.startsWith(id)) continue;
    const held = Object.entries(reserved).filter(([other]) => other.startsWith(id));
    const total = held.reduce((sum, [, each]) => addCharge(sum, each), addCharge(spent, charge));
    const message = firstExceeded(limits, total);
    if (message !== undefined) return `in the crew of \`${name}\`, ${message}`;
  }
  return undefined;
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
