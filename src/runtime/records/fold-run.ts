import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { Program } from '../../model/program.ts';
import { decide, startRun } from '../decide.ts';
import type { RunState } from '../run-state.ts';

/** One fact of a recorded run, with what was before and after it. `before` is absent for the first one. */
export interface FoldStep {
  readonly seq: number;
  readonly fact: Fact;
  readonly before?: RunState;
  readonly after: RunState;
  readonly effects: readonly Effect[];
}

/** Folds the next fact of a run: a step for each call, in order. Calls nothing (R3). */
export function createFold(program: Program): (fact: Fact) => FoldStep {
  let before: RunState | undefined;
  let seq = 0;
  return fact => {
    seq += 1;
    const [after, effects] = before === undefined ? startRun(program, firstFact(fact)) : decide(before, fact);
    const step = { seq, fact, after, effects, ...(before === undefined ? {} : { before }) };
    before = after;
    return step;
  };
}

/**
 * Folds the recorded facts of a run one by one and calls nothing (R3). Each step sees the fact, the states around it and
 * what was wished for. Pure.
 */
export function* foldRun(program: Program, facts: readonly Fact[]): Generator<FoldStep> {
  const fold = createFold(program);
  for (const fact of facts) yield fold(fact);
}

function firstFact(fact: Fact): Extract<Fact, { type: 'run.started' }> {
  if (fact.type === 'run.started') return fact;
  throw new Error(`the first fact of a run is ${fact.type}, expected run.started`);
}
