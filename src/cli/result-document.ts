import type { Journal } from '../ports/engine.ts';
import type { RunOutcome } from '../runtime/run.ts';
import { askDocument } from './ask-document.ts';
import { loadReporters } from './wire.ts';

/** The one document of `--json`; the answers of several models have a form of their own. */
export async function resultDocument(
  journal: Journal,
  outcome: Exclude<RunOutcome, { type: 'interrupted' }>,
): Promise<object> {
  const { runId, program } = journal;
  const { spent: spend } = outcome.state.ledger;
  const shared = { version: 1, runId, crew: program.crew };
  if (outcome.type === 'suspended') {
    return { ...shared, outcome: 'suspended', failure: outcome.state.suspension?.failure, spend };
  }
  const { end } = outcome;
  const { isAnswers } = await loadReporters();
  if (end.outcome !== 'error' && isAnswers(end.result)) {
    return askDocument(end.result, { runId, outcome: end.outcome, spend });
  }
  return { ...shared, ...end, spend };
}
