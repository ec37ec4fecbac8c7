import { CrewError } from '../../model/crew-error.ts';
import type { MemoryRecallEffect } from '../../model/effect.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { contextOf, workAt } from '../scope.ts';
import { taskText } from '../turns/task-text.ts';
import { crewMemoryOf } from './crew-memory-of.ts';
import { recallRequest } from './recall-request.ts';
import type { AnyWork } from './who-remembers.ts';

/**
 * What a piece of work wishes to be reminded of as it begins, once a visit; undefined when nobody in it remembers anything,
 * or its task cannot be rendered, which its beginning will report. Pure.
 */
export function recallWish(state: RunState, work: OpenWork): MemoryRecallEffect | undefined {
  const procedure = procedureOf(state, work.procedure);
  const memory = crewMemoryOf(state, procedure);
  if (memory === undefined) return undefined;
  const { program } = procedure;
  const { path } = work;
  const declared = workAt(program, path);
  const text = () => textOf(state, work, declared);
  const request = recallRequest({ program, memory, path, declared, text });
  return request && { type: 'memory.recall', key: recallKey(work), request };
}

/** The key of that wish. Pure. */
function recallKey({ id, visit }: OpenWork): string {
  return `${id}:${visit}/recall`;
}

/** The text of a task, by which it is known again; undefined when it cannot be rendered. Pure. */
export function textOf(state: RunState, work: OpenWork, declared: AnyWork): string | undefined {
  try {
    return taskText(declared, contextOf(state, work).scope);
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return undefined;
  }
}
