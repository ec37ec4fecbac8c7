import type { Effect } from '../../src/model/effect.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Program } from '../../src/model/program.ts';
import { decide, startRun } from '../../src/runtime/decide.ts';
import type { RunState } from '../../src/runtime/run-state.ts';

/** Folds facts without any executor: every state with the wishes that came with it. */
export function fold(
  program: Program,
  facts: readonly Fact[],
): readonly { readonly state: RunState; readonly effects: readonly Effect[] }[] {
  const [first, ...rest] = facts;
  if (first?.type !== 'run.started') throw new Error('the first fact must be run.started');
  const [started, wishes] = startRun(program, first);
  const steps = [{ state: started, effects: wishes }];
  for (const fact of rest) {
    const [state, effects] = decide(steps.at(-1)?.state ?? started, fact);
    steps.push({ state, effects });
  }
  return steps;
}
