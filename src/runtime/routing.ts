import { evaluateTemplate } from '../expressions/template-evaluate.ts';
import { CrewError } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import { removeWork } from './close-work.ts';
import { endRun } from './end-run.ts';
import { beginInside, endProcedure, openWork, takeWorkFact } from './open-work.ts';
import { noteDecision } from './remember/decisions.ts';
import { whyThisWay } from './remember/why-this-way.ts';
import {
  type Draft,
  ENTER,
  type Move,
  type Procedure,
  procedureOf,
  publish,
  type RefusedCall,
  setProcedure,
} from './run-state.ts';
import { scopeOf, splitPath } from './scope.ts';
import { startedEvent } from './started-event.ts';
import { advance, enterStatechart, phaseOf, type StatechartAction } from './statechart.ts';
import { type TakenTransition, transitionTaken } from './transition-taken.ts';

/**
 * Does what the statecharts want, then tells them what came of that, until neither has anything left to say.
 * The moves stand in a queue, so that phases which end at once do not pile up on the stack, and so that all actions of
 * one transition are done before the next is taken. So do the calls that may not be made.
 */
export function route(draft: Draft): void {
  while (draft.state.end === undefined && draft.state.ending === undefined) {
    const move = draft.moves.shift();
    if (move === undefined) {
      const refused = draft.refused.shift();
      if (refused === undefined) return;
      refuse(draft, refused);
      continue;
    }
    // The crew phase of a procedure may have been closed since.
    if (draft.state.procedures[move.procedure] === undefined) continue;
    const actions = move.type === ENTER ? enter(draft, move.procedure) : take(draft, move);
    for (const action of actions) carryOut(draft, move.procedure, action);
  }
}

/** A call that is not made is over as soon as it has begun. */
function refuse(draft: Draft, { call, failure }: RefusedCall): void {
  publish(draft, startedEvent(draft.state, call));
  takeWorkFact(draft, { type: 'tool.failed', at: draft.state.at, key: call.key, ms: 0, failure });
}

function enter(draft: Draft, id: string): readonly StatechartAction[] {
  const [position, actions] = enterStatechart(procedureOf(draft.state, id).program.machine);
  setProcedure(draft, id, { position });
  return actions;
}

/** A way out that cannot be chosen ends the procedure: no other way was meant. */
function take(draft: Draft, { procedure: id, ...event }: Move): readonly StatechartAction[] {
  const procedure = procedureOf(draft.state, id);
  const { position, visits, published, entered, place } = procedure;
  if (position === undefined) throw new Error(`procedure ${id} was not entered`);
  const phase = event.type.slice(0, event.type.indexOf('.'));
  const scope = scopeOf(draft.state, procedure, visits[phase] ?? 0);
  try {
    const [next, actions, cause] = advance(position, { ...event, scope, visits, published, entered });
    setProcedure(draft, id, { position: next });
    if (isIllegal(event.type, actions))
      throw new Error(`the statechart does not allow ${place}${event.type}`);
    const to = phaseOf(next);
    if (event.type === `${phase}.completed` || event.type === `${phase}.failed`) {
      const taken = { from: phase, to, event: event.type, scope, actions, cause };
      publishTransition(draft, procedure, taken);
    }
    return actions;
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    setProcedure(draft, id, { lastFailure: { ...error.toFailure(), phase: `${place}${phase}` } });
    return [{ type: 'run.fail' }];
  }
}

/** Deciders ask only for what is legal, so a hand-over that the statechart does not know is a bug of ours. */
function isIllegal(type: string, actions: readonly StatechartAction[]): boolean {
  return /\.to\.[^.]+$/.test(type) && !actions.some(action => action.type === 'turn.start');
}

function publishTransition(draft: Draft, procedure: Procedure, taken: TakenTransition): void {
  // A run that fails without `on_error` goes to no phase of the author's.
  if (taken.to.startsWith('$')) return;
  const { place } = procedure;
  const told = transitionTaken(taken);
  const decided = whyThisWay(told);
  if (decided !== undefined) noteDecision(draft, { procedure, phase: taken.from }, decided);
  publish(draft, {
    at: draft.state.at,
    ...told,
    ...(place === '' ? {} : { crew: place.slice(0, -1) }),
  });
}

function carryOut(draft: Draft, procedure: string, action: StatechartAction): void {
  switch (action.type) {
    case 'phase.start':
      return start(draft, procedure, action.phase);
    case 'turn.start': {
      const { role: name, closing = false } = action;
      return beginInside(draft, { procedure, path: action.phase }, { name, closing });
    }
    case 'turn.limit':
      return;
    case 'visit.limit':
      return noteVisitLimit(draft, procedure, action.phase);
    case 'run.end':
      return end(draft, procedure, action.phase);
    case 'run.fail':
      return fail(draft, procedure);
  }
}

/** A branch is begun by its phase, which may let it wait; a phase is opened. */
function start(draft: Draft, procedure: string, path: string): void {
  const { phase, part } = splitPath(path);
  if (part !== undefined) return beginInside(draft, { procedure, path: phase }, { name: part });
  openWork(draft, { procedure, path });
  if (draft.state.procedures[procedure] === undefined) return;
  const { entered, moment } = procedureOf(draft.state, procedure);
  setProcedure(draft, procedure, { entered: { ...entered, [phase]: moment } });
}

function noteVisitLimit(draft: Draft, id: string, phase: string): void {
  const { visits, place } = procedureOf(draft.state, id);
  const message = `phase \`${place}${phase}\` was entered ${visits[phase] ?? 0} times, its \`max_visits\``;
  setProcedure(draft, id, { lastFailure: { code: 'VISIT_LIMIT', message, phase: `${place}${phase}` } });
}

function end(draft: Draft, id: string, phase: string): void {
  const procedure = procedureOf(draft.state, id);
  const declared = procedure.program.phases[phase];
  if (declared?.kind !== 'end') throw new Error(`compiled program has no end phase ${phase}`);
  const { outcome, result: template } = declared;
  try {
    const scope = scopeOf(draft.state, procedure, 1);
    const result = template === undefined ? null : evaluateTemplate(template, scope);
    if (id !== '') return endInner(draft, procedure, { outcome, phase, result });
    endRun(draft, { outcome, phase, result });
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    const failure = { ...error.toFailure(), phase: `${procedure.place}${phase}` };
    setProcedure(draft, id, { lastFailure: failure });
    fail(draft, id);
  }
}

/** A procedure inside another one that ends in a failure has no artifact to give. */
function endInner(
  draft: Draft,
  { id, program, place }: Procedure,
  end: { readonly outcome: 'success' | 'failure'; readonly phase: string; readonly result: JsonValue },
): void {
  const { outcome, phase, result } = end;
  if (outcome === 'success') return endProcedure(draft, id, { type: 'completed', artifact: result });
  const said =
    result === null ? '' : `: ${JSON.stringify(result).slice(0, MAX_RESULT_LENGTH).toWellFormed()}`;
  const message = `\`${program.crew}\` ended in a failure at \`${place}${phase}\`${said}`;
  endProcedure(draft, id, { type: 'failed', failure: { code: 'CREW_FAILED', message } });
}

/** How much of the result of a failed procedure its message shows, in characters. */
const MAX_RESULT_LENGTH = 500;

function fail(draft: Draft, id: string): void {
  const { lastFailure } = procedureOf(draft.state, id);
  if (lastFailure === undefined) throw new Error('a run failed without a failure');
  const { phase, ...failure } = lastFailure;
  if (id !== '') {
    const message = `\`${phase}\`: ${failure.message}`;
    return endProcedure(draft, id, { type: 'failed', failure: { ...failure, message } });
  }
  for (const work of Object.values(draft.state.open)) {
    if (draft.state.open[work.id] !== undefined) removeWork(draft, work);
  }
  endRun(draft, { outcome: 'error', phase, failure });
}
