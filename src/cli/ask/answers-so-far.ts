import type { CodedFailure } from '../../model/crew-error.ts';
import type { RunState } from '../../runtime/run-state.ts';

/**
 * What is there of a run of the shipped ask crew that has no result, with what it failed with, or waits for; of another crew
 * undefined, or nothing that passes for answers. Pure.
 */
export function answersSoFar(state: RunState, failure: CodedFailure | undefined): object | undefined {
  const own = state.procedures[''];
  if (state.program.crew !== 'ask' || own === undefined) return undefined;
  const { question } = own.inputs;
  const { answers = [] } = own.artifacts;
  return { question, answers, summary: null, ...(failure === undefined ? {} : { failure }) };
}
