import type { Budget } from './crew.ts';

/** Ceilings that are set over others; null lifts one, and those not named stay. */
export type BudgetChange = { readonly [Name in keyof Budget]: number | null };

/** The ceilings that hold after a change. Pure. */
export function changeBudget(budget: Budget, change: BudgetChange): Budget {
  const rows = Object.entries({ ...budget, ...change }).filter(([, limit]) => limit !== null);
  return Object.fromEntries(rows);
}
