import { evaluateTemplate } from '../expressions/template-evaluate.ts';
import { CrewError } from '../model/crew-error.ts';
import { openWork, removeWork } from './open-work.ts';
import { type Draft, publish } from './run-state.ts';
import { scopeOf } from './scope.ts';
import { advance, type StatechartAction } from './statechart.ts';

/**
 * Does what the statechart wants, then tells it what came of that, until neither has anything left to say.
 * The moves stand in a queue, so that phases which end at once do not pile up on the stack, and so that all actions of
 * one transition are done before the next is taken.
 */
export function route(draft: Draft, entered: readonly StatechartAction[] = []): void {
  for (const action of entered) carryOut(draft, action);
  while (draft.state.end === undefined) {
    const type = draft.moves.shift();
    if (type === undefined) return;
    for (const action of move(draft, type)) carryOut(draft, action);
  }
}

/** A way out that cannot be chosen ends the run: no other way was meant. */
function move(draft: Draft, type: string): readonly StatechartAction[] {
  const { state } = draft;
  const phase = type.slice(0, type.indexOf('.'));
  const scope = scopeOf(state, state.visits[phase] ?? 0);
  try {
    const [position, actions] = advance(state.position, { type, scope, visits: state.visits });
    draft.state = { ...state, position };
    return actions;
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    draft.state = { ...state, lastFailure: { ...error.toFailure(), phase } };
    return [{ type: 'run.fail' }];
  }
}

function carryOut(draft: Draft, action: StatechartAction): void {
  switch (action.type) {
    case 'phase.start':
      return openWork(draft, action.phase);
    case 'visit.limit':
      return noteVisitLimit(draft, action.phase);
    case 'run.end':
      return endRun(draft, action.phase);
    case 'run.fail':
      return failRun(draft);
  }
}

function noteVisitLimit(draft: Draft, phase: string): void {
  const message = `phase \`${phase}\` was entered ${draft.state.visits[phase] ?? 0} times, its \`max_visits\``;
  draft.state = { ...draft.state, lastFailure: { code: 'VISIT_LIMIT', message, phase } };
}

function endRun(draft: Draft, phase: string): void {
  const { state } = draft;
  const declared = state.program.phases[phase];
  if (declared?.kind !== 'end') throw new Error(`compiled program has no end phase ${phase}`);
  try {
    const result =
      declared.result === undefined ? null : evaluateTemplate(declared.result, scopeOf(state, 1));
    const { outcome } = declared;
    draft.state = { ...state, end: { outcome, phase, result } };
    const spend = state.ledger.spent;
    publish(draft, { at: state.at, type: 'run.ended', outcome, phase, result, spend });
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    draft.state = { ...state, lastFailure: { ...error.toFailure(), phase } };
    failRun(draft);
  }
}

function failRun(draft: Draft): void {
  if (draft.state.lastFailure === undefined) throw new Error('a run failed without a failure');
  const { phase, ...failure } = draft.state.lastFailure;
  for (const work of Object.values(draft.state.open)) removeWork(draft, work);
  const { at, ledger } = draft.state;
  draft.state = { ...draft.state, end: { outcome: 'error', phase, failure } };
  publish(draft, { at, type: 'run.ended', outcome: 'error', phase, failure, spend: ledger.spent });
}
