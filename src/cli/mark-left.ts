import type { Journal, RunSummary } from '../ports/engine.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { RunState } from '../runtime/run-state.ts';

const LONGEST_QUESTION = 300;

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
    ...questionOf(state),
  };
  journal.mark(outcome.type === 'ended' ? outcome.end.outcome : 'open', summary);
}

/** What a run of `crew ask` was asked, as it was given. Pure. */
export function questionOf({ program, procedures }: RunState): { readonly question?: string } {
  const { given, inputs } = procedures[''] ?? {};
  const question = (given ?? inputs)?.question;
  return program.crew === 'ask' && typeof question === 'string'
    ? { question: cutToCharacters(question) }
    : {};
}

/** A listing shows the beginning. */
function cutToCharacters(text: string): string {
  return text.length > LONGEST_QUESTION ? `${text.slice(0, LONGEST_QUESTION).toWellFormed()}…` : text;
}
