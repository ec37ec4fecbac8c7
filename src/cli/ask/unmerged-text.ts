import type { RunOutcome } from '../../runtime/run.ts';

/** That answers were to be merged and there is only one, of several models; '' for every other run. Pure. */
export function unmergedText(outcome: RunOutcome): string {
  if (outcome.type !== 'ended' || outcome.state.program.crew !== 'ask') return '';
  const own = outcome.state.procedures[''];
  const isUnmerged = outcome.end.phase === 'answered' && outcome.end.outcome === 'success';
  return isUnmerged && own?.inputs.summary === true ? 'summary none: only one model has answered\n' : '';
}
