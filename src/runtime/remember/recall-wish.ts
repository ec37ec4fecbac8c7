import { CrewError } from '../../model/crew-error.ts';
import type { MemoryRecallEffect } from '../../model/effect.ts';
import { DEFAULT_LESSONS, MAX_DECISIONS, type RoleRecall } from '../../model/recall.ts';
import type { Reflection } from '../../model/reflection.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { contextOf, workAt } from '../scope.ts';
import { taskText } from '../turns/task-text.ts';
import { crewMemoryOf, crewScope, type ProcedureMemory, roleScope } from './crew-memory-of.ts';
import { taskHash } from './task-hash.ts';
import {
  type AnyWork,
  decidesWhoWorks,
  type RememberingRole,
  rolesInside,
  rolesThatRemember,
} from './who-remembers.ts';

/** What a task is searched by is cut after so many characters. */
const MAX_QUERY_LENGTH = 4_000;
/** The notes that one role is shown have together at most about so many tokens. */
const MAX_RECALLED_TOKENS = 1_500;

/**
 * What a piece of work wishes to be reminded of as it begins, once a visit; undefined when nobody in it remembers anything,
 * or its task cannot be rendered, which its beginning will report. Pure.
 */
export function recallWish(state: RunState, work: OpenWork): MemoryRecallEffect | undefined {
  const procedure = procedureOf(state, work.procedure);
  const memory = crewMemoryOf(state, procedure);
  if (memory === undefined) return undefined;
  const { program } = procedure;
  const declared = workAt(program, work.path);
  const roles = [
    ...rolesThatRemember(program, declared).map(role => roleRecall(role, memory)),
    workRecall(declared, { memory, inside: rolesInside(program, declared) }),
  ].filter(asksForSomething);
  if (roles.length === 0) return undefined;
  const text = textOf(state, work, declared);
  if (text === undefined) return undefined;
  return {
    type: 'memory.recall',
    key: recallKey(work),
    request: {
      crew: memory.crew,
      phase: work.path,
      query: text.slice(0, MAX_QUERY_LENGTH).toWellFormed(),
      task: taskHash({ crew: memory.crew, phase: work.path, text, runId: state.runId }),
      scoring: memory.declared.scoring,
      blocks: memory.declared.blocks,
      roles,
    },
  };
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

/** Whether a phase of a crew with memory leaves lessons for later runs. Pure. */
export function keepsLessons(reflect: Reflection | undefined): boolean {
  return reflect !== undefined && reflect.lessons !== 'off';
}

function roleRecall(role: RememberingRole, memory: ProcedureMemory): RoleRecall {
  const { blocks, recall, levels } = role.memory;
  const limit = recall;
  const scopes = levels.map(level => roleScope(level, role, memory));
  return {
    role: role.name,
    blocks: blocks.flatMap(label => {
      const block = memory.declared.blocks.find(each => each.name === label);
      return block === undefined ? [] : [{ scope: roleScope(block.level, role, memory), label }];
    }),
    ...(limit === 0 ? {} : { notes: { scopes, limit, maxTokens: MAX_RECALLED_TOKENS } }),
  };
}

/** What goes to the work as a whole. */
function workRecall(
  work: AnyWork,
  { memory, inside }: { readonly memory: ProcedureMemory; readonly inside: readonly RememberingRole[] },
): RoleRecall {
  const reflect = 'reflect' in work ? work.reflect : undefined;
  const limit = lessonLimit(reflect, inside);
  const sameTask = reflect?.lessons === 'task' ? ({ sameTask: true } as const) : {};
  const own = crewScope(memory);
  const shared = inside.flatMap(role => role.memory.levels.map(level => roleScope(level, role, memory)));
  const scopes = [...new Set([own, ...shared])];
  return {
    role: '',
    blocks: [],
    ...(limit === 0 ? {} : { lessons: { scopes, limit, ...sameTask } }),
    ...(decidesWhoWorks(work) ? { decisions: { scopes: [own], limit: MAX_DECISIONS } } : {}),
  };
}

/** The most lessons of earlier runs that a phase is shown. Pure. */
function lessonLimit(
  reflect: Reflection | undefined,
  inside: readonly Pick<RememberingRole, 'memory'>[],
): number {
  if (!keepsLessons(reflect)) return 0;
  return inside.length === 0 ? DEFAULT_LESSONS : Math.max(...inside.map(({ memory }) => memory.lessons));
}

function asksForSomething({ blocks, notes, lessons, decisions }: RoleRecall): boolean {
  return blocks.length > 0 || notes !== undefined || lessons !== undefined || decisions !== undefined;
}
