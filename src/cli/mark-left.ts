import type { Journal, RunSummary } from '../ports/engine.ts';
import type { RunOutcome } from '../runtime/run.ts';

/** Writes down how a run was left, for listings: its status, what it spent, and what it waits for. */
export function markLeft(journal: Journal, outcome: RunOutcome): void {
  const { state } = outcome;
  if (state === undefined) return;
  const { ledger, activeMs: workedMs, suspension } = state;
  const waits = outcome.type === 'suspended' && suspension !== undefined;
  const summary: RunSummary = {
    spend: ledger.spent,
    workedMs,
    ...(waits ? { waitsFor: suspension.failure } : {}),
  };
  journal.mark(outcome.type === 'ended' ? outcome.end.outcome : 'open', summary);
}
