import { suggest } from '../language/closest.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { FoldStep } from '../runtime/records/fold-run.ts';
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

/**
 * The steps of a fold in which something was read, kept or edited for one phase, parts and crews inside it included: its model
 * calls, its use of memory by roles, and memory around its work. Pure.
 */
export function stepsOfPhase(steps: readonly FoldStep[], phase: string): readonly FoldStep[] {
  return steps.filter(step => placesOf(step).some(place => isWithin(place, phase)));
}

function placesOf({ before, fact, effects }: FoldStep): readonly string[] {
  const act = 'key' in fact ? before?.acts[fact.key] : undefined;
  if (act?.type === 'model.call' || act?.type === 'tool.call') return act.origin ? [act.origin.phase] : [];
  if (act?.type === 'memory.write') return [act.phase];
  if (act?.type !== 'memory.recall') return [];
  // The phase of its request is a path inside its own procedure only.
  return effects.flatMap(effect =>
    effect.type === 'event.publish' && 'phase' in effect.event ? [effect.event.phase] : [],
  );
}
