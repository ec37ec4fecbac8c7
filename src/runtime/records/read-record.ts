import type { JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { UsedPrompt } from '../../model/prompt-file.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { CallRecord, PhaseVisit, RunRecord, SpendRow, WaitingQuestion } from '../../model/run-record.ts';
import { curvesOf } from '../../model/trial-curve.ts';
import type { Charge } from '../../policy/budget.ts';
import type { RecordedRun } from '../../ports/engine.ts';
import { callsUnderWay } from '../calls-under-way.ts';
import { openQuestions } from '../people/open-questions.ts';
import { readQuestions } from '../people/read-questions.ts';
import type { RunState } from '../run-state.ts';
import type { FoldStep } from './fold-run.ts';
import { memoryTroubles } from './memory-troubles.ts';
import { readRewrite } from './read-rewrite.ts';
import { chargesOf, sumCharges } from './step-charges.ts';

/** What is put together while the steps of a run are read. */
interface Reading {
  readonly visits: PhaseVisit[];
  /** The place in `visits` of what is open, by path. */
  readonly open: Map<string, number>;
  readonly calls: Map<string, CallRecord>;
  readonly artifacts: Map<string, JsonValue>;
  /** Who made a call, by key. */
  readonly callers: Map<string, { readonly phase: string; readonly role: string; readonly model: string }>;
  readonly charges: { readonly key: string; readonly charge: Charge }[];
}

/**
 * All that is known of a recorded run, out of the steps of its fold. Calls nothing. Fails with an Error when there is no
 * step. Pure.
 */
export function readRecord({ runId, program, facts }: RecordedRun, steps: readonly FoldStep[]): RunRecord {
  const [first] = facts;
  const last = steps.at(-1)?.after;
  if (first?.type !== 'run.started' || last === undefined) throw new Error(`run ${runId} has no first fact`);
  const reading = readSteps(steps);
  const { spent: total } = last.ledger;
  const underWay = last.end === undefined ? callsUnderWay(last) : undefined;
  return {
    runId,
    crew: program.crew,
    goal: program.goal,
    programHash: program.hash,
    workspace: first.workspace,
    ...howItStands(last),
    startedAt: first.at,
    lastAt: last.at,
    workedMs: last.activeMs,
    facts: facts.length,
    ...(first.forkedFrom === undefined ? {} : { forkedFrom: first.forkedFrom }),
    inputs: first.inputs,
    ...rewriteOf(last),
    ...promptsOf(program),
    models: first.models,
    path: reading.visits,
    calls: [...reading.calls.values()],
    artifacts: Object.fromEntries(reading.artifacts),
    spend: {
      total,
      ...(underWay === undefined ? {} : { underWay }),
      byPhase: spendBy(reading, 'phase'),
      byRole: spendBy(reading, 'role'),
      byModel: spendBy(reading, 'model'),
    },
    ...trialsOf(steps),
    ...troublesOf(steps),
    questions: openQuestions(program, facts),
    answers: readQuestions(steps).answered,
  };
}

/** Every question that a run has put to people, by id, out of the steps of its fold. Pure. */
export function questionsById(steps: readonly FoldStep[]): ReadonlyMap<string, WaitingQuestion> {
  return readQuestions(steps).asked;
}

function trialsOf(steps: readonly FoldStep[]): Pick<RunRecord, 'trials'> {
  const events = steps.flatMap(({ effects }) =>
    effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : [])),
  );
  const trials = curvesOf(events);
  return trials.length === 0 ? {} : { trials };
}

function troublesOf(steps: readonly FoldStep[]): Pick<RunRecord, 'memoryTroubles'> {
  const troubles = memoryTroubles(steps);
  return troubles.length === 0 ? {} : { memoryTroubles: troubles };
}

function rewriteOf(last: RunState): Pick<RunRecord, 'reformulation'> {
  const reformulation = readRewrite(last);
  return reformulation === undefined ? {} : { reformulation };
}

function promptsOf(program: Program): Pick<RunRecord, 'prompts'> {
  const prompts = placedPrompts(program, '');
  return prompts.length === 0 ? {} : { prompts };
}

function placedPrompts({ prompts = [], crews = {} }: Program, place: string): readonly UsedPrompt[] {
  const inside = Object.entries(crews).flatMap(([path, program]) =>
    placedPrompts(program, `${place}${path}/`),
  );
  return [...prompts.map(used => ({ ...used, at: `${place}${used.at}` })), ...inside];
}

function howItStands({
  end,
  suspension,
}: RunState): Pick<RunRecord, 'status' | 'endedAt' | 'result' | 'failure'> {
  if (end?.outcome === 'error') return { status: 'error', endedAt: end.phase, failure: end.failure };
  if (end !== undefined) return { status: end.outcome, endedAt: end.phase, result: end.result };
  if (suspension?.settled === true) return { status: 'waiting', failure: suspension.failure };
  return { status: 'open' };
}

function readSteps(steps: readonly FoldStep[]): Reading {
  const reading: Reading = {
    visits: [],
    open: new Map(),
    calls: new Map(),
    artifacts: new Map(),
    callers: new Map(),
    charges: [],
  };
  for (const step of steps) {
    for (const effect of step.effects) {
      if (effect.type === 'event.publish') readEvent(reading, effect.event, step.seq);
      else if (effect.type === 'effect.cancel') changeCall(reading, effect.key, { outcome: 'cancelled' });
    }
    reading.charges.push(...chargesOf(step));
  }
  return reading;
}

function readEvent(reading: Reading, event: RunEvent, seq: number): void {
  switch (event.type) {
    case 'phase.started': {
      const { phase, kind, visit, role, at } = event;
      reading.open.set(phase, reading.visits.length);
      reading.visits.push({
        phase,
        kind,
        visit,
        seq,
        at,
        attempts: 1,
        ...(role === undefined ? {} : { role }),
      });
      break;
    }
    case 'phase.retried':
      changeVisit(reading, event.phase, { attempts: event.attempt });
      break;
    case 'phase.ended': {
      const { phase, outcome, at: endedAt } = event;
      const failed = outcome === 'failed' ? { failure: event.failure } : {};
      changeVisit(reading, phase, { outcome, endedAt, ...failed });
      reading.open.delete(phase);
      if (outcome === 'completed') reading.artifacts.set(phase, event.artifact);
      break;
    }
    case 'model.started': {
      const { key, phase, role, model, turn, at } = event;
      reading.callers.set(key, { phase, role, model });
      reading.calls.set(key, { key, phase, role, model, turn, at });
      break;
    }
    case 'model.ended': {
      const { outcome, ms } = event;
      const more =
        outcome === 'failed'
          ? { failure: event.failure }
          : { usage: event.usage, costMicroUsd: event.costMicroUsd };
      changeCall(reading, event.key, { outcome, ms, seq, ...more });
      break;
    }
    case 'tool.started':
      reading.callers.set(event.key, { phase: event.phase, role: event.role ?? '', model: '' });
      break;
    default:
  }
}

function changeVisit({ visits, open }: Reading, phase: string, change: Partial<PhaseVisit>): void {
  const place = open.get(phase);
  const visit = place === undefined ? undefined : visits[place];
  if (place !== undefined && visit !== undefined) visits[place] = { ...visit, ...change };
}

function changeCall({ calls }: Reading, key: string, change: Partial<CallRecord>): void {
  const call = calls.get(key);
  if (call !== undefined) calls.set(key, { ...call, ...change });
}

/** One row for each phase, role or model that spent anything, in the order of their first calls. */
function spendBy({ charges, callers }: Reading, by: 'phase' | 'role' | 'model'): readonly SpendRow[] {
  const rows = Map.groupBy(charges, ({ key }) => callers.get(key)?.[by] ?? '');
  return [...rows].map(([name, all]) => ({ name, ...sumCharges(all.map(({ charge }) => charge)) }));
}
