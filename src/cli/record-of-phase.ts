import { suggest } from '../language/closest.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import type { RunRecord } from '../model/run-record.ts';
import { isWithin } from './run-reasons.ts';

/** A record with only what one phase did, parts and crews inside it included. Fails with USAGE when there is no such phase. Pure. */
export function recordOfPhase(record: RunRecord, program: Program, phase: string): RunRecord {
  const known = [...new Set([...Object.keys(program.phases), ...record.path.map(visit => visit.phase)])];
  if (!known.includes(phase)) {
    const hint = suggest(phase, known) ?? `there is ${known.join(', ')}`;
    throw new CrewError('USAGE', `run \`${record.runId}\` has no phase \`${phase}\`; ${hint}`);
  }
  const isInside = (place: string) => isWithin(place, phase);
  const { spend, artifacts } = record;
  return {
    ...record,
    path: record.path.filter(visit => isInside(visit.phase)),
    calls: record.calls.filter(call => isInside(call.phase)),
    artifacts: Object.fromEntries(Object.entries(artifacts).filter(([name]) => isInside(name))),
    spend: { ...spend, byPhase: spend.byPhase.filter(({ name }) => isInside(name)), byRole: [] },
    ...(record.trials === undefined ? {} : { trials: record.trials.filter(curve => isInside(curve.phase)) }),
    questions: record.questions.filter(question => isInside(question.phase)),
    answers: record.answers.filter(answer => isInside(answer.phase)),
  };
}
