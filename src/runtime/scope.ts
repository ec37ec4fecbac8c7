import type { BranchWork, WorkingPhase } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { OpenWork, RunState } from './run-state.ts';
import type { WorkContext } from './work-context.ts';

/** The phase that a path belongs to, and the branch if it names one: `inspect.security`. Pure. */
export function splitPath(path: string): { readonly phase: string; readonly branch?: string } {
  const dot = path.indexOf('.');
  return dot === -1 ? { phase: path } : { phase: path.slice(0, dot), branch: path.slice(dot + 1) };
}

/** What a path declares: a working phase or a branch of one. Pure. */
export function workAt(program: Program, path: string): WorkingPhase | BranchWork {
  const { phase, branch } = splitPath(path);
  const declared = program.phases[phase];
  const work =
    branch === undefined || declared?.kind !== 'parallel'
      ? declared
      : declared.branches.find(each => each.name === branch);
  if (work === undefined || work.kind === 'end') throw new Error(`compiled program has no work at ${path}`);
  return work;
}

/** What templates read; `visit` is how often the phase they stand in was entered. Pure. */
export function scopeOf(state: RunState, visit: number): JsonObject {
  const { artifacts, inputs, runId, program, lastFailure } = state;
  return templateScope({ artifacts, inputs, runId, program, failure: lastFailure, visit });
}

/** The names that every template knows, made of what is known at a place. Pure. */
export function templateScope(known: {
  readonly artifacts: JsonObject;
  readonly inputs: JsonObject;
  readonly runId: string;
  readonly program: Program;
  readonly failure: RunState['lastFailure'] | undefined;
  readonly visit: number;
}): JsonObject {
  const { artifacts, inputs, runId, program, failure, visit } = known;
  const error: JsonValue =
    failure === undefined ? null : { code: failure.code, message: failure.message, phase: failure.phase };
  const run = { id: runId, crew: program.crew, goal: program.goal, error };
  return { ...artifacts, inputs, run, visit };
}

/** What a piece of open work may read. A branch is in the visit of its phase, however often it was begun. Pure. */
export function contextOf(state: RunState, work: OpenWork): WorkContext {
  const { program, models, terms, at } = state;
  const scope = scopeOf(state, state.visits[splitPath(work.path).phase] ?? 0);
  return { program, models, terms, path: work.path, key: work.key, scope, at };
}
