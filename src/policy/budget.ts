import { type BudgetChange, changeBudget } from '../model/change-budget.ts';
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

/** What messages say of a pot: whose it is, and what stands before `budget` in the file. Both end with what follows. */
interface PotWords {
  /** Such as "in the crew of `build`, ". */
  readonly where: string;
  /** '' for the budget of a crew, or such as `phases.merge.`. */
  readonly path: string;
}

/** A budget inside the run's: that of a crew inside, of a phase or of a role. What counts in it is said with each charge. */
interface Pot {
  readonly words: PotWords;
  readonly limits: Budget;
  readonly spent: Spend;
  /** How long its time has been running before, in milliseconds. */
  readonly usedMs: number;
  /** How long the run had been worked on when its time began to run; absent while it stands still. */
  readonly sinceMs?: number;
}

/** The worst case of an effect under way, and the pots that it is charged to beside the run. */
interface Reservation extends Charge {
  readonly pots: readonly string[];
}

/**
 * Who spent what, and who may still spend what.
 * 1. `spent` and all of `reserved` together never exceed `limits`, whatever runs in parallel; the same holds in each pot.
 * 2. A charge enters `spent` only through `settle`; the reservation under its key leaves at the same time.
 */
export interface Ledger {
  readonly limits: Budget;
  readonly spent: Spend;
  readonly reserved: { readonly [key: string]: Reservation };
  readonly pots: { readonly [id: string]: Pot };
}

const NO_SPEND: Spend = { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 };

/** A ledger where nothing is spent. Pure. */
export function openLedger(limits: Budget): Ledger {
  return { limits, spent: NO_SPEND, reserved: {}, pots: {} };
}

/** Adds a budget; it lies within all others. Its time runs from `sinceMs`, or stands still. Pure. */
export function openPot(
  ledger: Ledger,
  id: string,
  pot: { readonly words: PotWords; readonly limits: Budget; readonly sinceMs?: number },
): Ledger {
  return { ...ledger, pots: { ...ledger.pots, [id]: { ...pot, spent: NO_SPEND, usedMs: 0 } } };
}

/** Lets the time of a pot run from a moment of the run's work; nothing changes when there is none, or it runs. Pure. */
export function startPotTime(ledger: Ledger, id: string, activeMs: number): Ledger {
  const pot = ledger.pots[id];
  if (pot === undefined || pot.sinceMs !== undefined) return ledger;
  return { ...ledger, pots: { ...ledger.pots, [id]: { ...pot, sinceMs: activeMs } } };
}

/** Lets the time of a pot stand still; nothing changes when there is none, or it stands. Pure. */
export function stopPotTime(ledger: Ledger, id: string, activeMs: number): Ledger {
  const pot = ledger.pots[id];
  if (pot?.sinceMs === undefined) return ledger;
  const { sinceMs, ...rest } = pot;
  const usedMs = rest.usedMs + activeMs - sinceMs;
  return { ...ledger, pots: { ...ledger.pots, [id]: { ...rest, usedMs } } };
}

/** Takes away the pots that are over; what was spent stays spent in the others. Pure. */
export function closePots(ledger: Ledger, isOver: (id: string) => boolean): Ledger {
  const pots = Object.entries(ledger.pots).filter(([id]) => !isOver(id));
  return { ...ledger, pots: Object.fromEntries(pots) };
}

/**
 * Sets aside the worst case of an effect in the run and in its pots, or says which ceiling stands in its way
 * (BUDGET_EXCEEDED) and where in the file that is. Pure.
 */
export function reserve(
  ledger: Ledger,
  key: string,
  reservation: Charge & { readonly pots?: readonly string[] },
): { readonly ledger: Ledger } | { readonly failure: CodedFailure } {
  const { pots = [], ...charge } = reservation;
  const total = Object.values(ledger.reserved).reduce<Charge>(addCharge, addCharge(ledger.spent, charge));
  const message = firstExceeded(ledger.limits, total, '') ?? firstPotExceeded(ledger, charge, pots);
  if (message !== undefined) return { failure: { code: 'BUDGET_EXCEEDED', message } };
  return { ledger: { ...ledger, reserved: { ...ledger.reserved, [key]: { ...charge, pots } } } };
}

/** Replaces a reservation by what was really spent, at most what was reserved for a count, tokens as reported. Pure. */
export function settle(ledger: Ledger, key: string, actual: Charge): Ledger {
  const { [key]: settled, ...reserved } = ledger.reserved;
  const pots = Object.entries(ledger.pots).map(([id, pot]) =>
    settled?.pots.includes(id) === true
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

/**
 * Sets new ceilings over the old ones, or lifts them; those not named stay. A pot has its ceilings raised or lifted too, never
 * lowered. Pure.
 */
export function raiseLimits(ledger: Ledger, change: BudgetChange): Ledger {
  const pots = Object.entries(ledger.pots).map(
    ([id, pot]) => [id, { ...pot, limits: raised(pot.limits, change) }] as const,
  );
  return { ...ledger, limits: changeBudget(ledger.limits, change), pots: Object.fromEntries(pots) };
}

function raised(limits: Budget, change: BudgetChange): Budget {
  const rows = Object.entries(limits).flatMap(([name, limit]) => {
    const to = change[name as keyof Budget];
    return to === null ? [] : [[name, Math.max(limit, to ?? 0)] as const];
  });
  return Object.fromEntries(rows);
}

/** A time ceiling: when it is reached, on the clock of the run's work, and whose it is; no words are the run's own. */
export interface TimeLimit {
  readonly due: number;
  readonly limitMs: number;
  readonly words?: PotWords;
}

/** The time ceiling that is reached first; undefined when there is none. Pure. */
export function nearestTimeLimit({ limits, pots }: Ledger): TimeLimit | undefined {
  const own = limits.timeMs === undefined ? [] : [{ due: limits.timeMs, limitMs: limits.timeMs }];
  const inside = Object.values(pots).flatMap(({ words, limits: { timeMs }, sinceMs, usedMs }) =>
    timeMs === undefined || sinceMs === undefined
      ? []
      : [{ due: sinceMs + timeMs - usedMs, limitMs: timeMs, words }],
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

function firstPotExceeded(
  { pots, reserved }: Ledger,
  charge: Charge,
  ids: readonly string[],
): string | undefined {
  for (const id of ids) {
    const pot = pots[id];
    if (pot === undefined) continue;
    const held = Object.values(reserved).filter(each => each.pots.includes(id));
    const total = held.reduce<Charge>(addCharge, addCharge(pot.spent, charge));
    const message = firstExceeded(pot.limits, total, pot.words.path);
    if (message !== undefined) return `${pot.words.where}${message}`;
  }
  return undefined;
}

/** A money ceiling cannot be kept when a price is unknown, so it refuses instead of guessing zero. */
function firstExceeded(limits: Budget, total: Charge, path: string): string | undefined {
  if (limits.calls !== undefined && total.calls > limits.calls) {
    return `the next model call would be number ${total.calls}; \`${path}budget.calls\` is ${limits.calls}`;
  }
  if (limits.toolCalls !== undefined && total.toolCalls > limits.toolCalls) {
    return `the next tool call would be number ${total.toolCalls}; \`${path}budget.tool_calls\` is ${limits.toolCalls}`;
  }
  const tokens = total.usage.inputTokens + total.usage.outputTokens;
  if (limits.tokens !== undefined && tokens > limits.tokens) {
    return `up to ${tokens} tokens would be spent after the next call; \`${path}budget.tokens\` is ${limits.tokens}`;
  }
  if (limits.costMicroUsd === undefined) return undefined;
  if (total.costMicroUsd === null) {
    return `\`${path}budget.usd\` is ${formatUsd(limits.costMicroUsd)} but the price of a model is not known, so it cannot be kept`;
  }
  if (total.costMicroUsd <= limits.costMicroUsd) return undefined;
  return `up to ${formatUsd(total.costMicroUsd)} would be spent after the next call; \`${path}budget.usd\` is ${formatUsd(limits.costMicroUsd)}`;
}

function formatUsd(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(4)}`;
}
