import type { Program } from '../../model/program.ts';
import { DEFAULT_LESSONS, MAX_DECISIONS, type RecallRequest, type RoleRecall } from '../../model/recall.ts';
import type { Reflection } from '../../model/reflection.ts';
import { crewScope, type ProcedureMemory, roleScope } from './crew-memory-of.ts';
import { criterionOf } from './criterion-of.ts';
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

/** A piece of work that may be reminded: its path inside its procedure, what it declares, and the text of its task. */
export interface WorkToRemind {
  readonly program: Program;
  readonly memory: ProcedureMemory;
  readonly path: string;
  readonly declared: AnyWork;
  /** Undefined when the task cannot be rendered; asked for only where somebody remembers something. */
  readonly text: () => string | undefined;
}

/** What a piece of work is to be reminded of; undefined when nobody in it remembers anything, or its task cannot be rendered. Pure. */
export function recallRequest({
  program,
  memory,
  path,
  declared,
  text: taskOf,
}: WorkToRemind): RecallRequest | undefined {
  const roles = [
    ...rolesThatRemember(program, declared).map(role => roleRecall(role, memory)),
    workRecall(declared, { memory, inside: rolesInside(program, declared) }),
  ].filter(asksForSomething);
  if (roles.length === 0) return undefined;
  const text = taskOf();
  if (text === undefined) return undefined;
  return {
    crew: memory.crew,
    phase: path,
    query: text.slice(0, MAX_QUERY_LENGTH).toWellFormed(),
    task: taskHash({ crew: memory.crew, phase: path, text, runId: memory.runId }),
    scoring: memory.declared.scoring,
    blocks: memory.declared.blocks,
    roles,
  };
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
  const criterion = reflect === undefined ? {} : { criterion: criterionOf(reflect) };
  const own = crewScope(memory);
  const shared = inside.flatMap(role => role.memory.levels.map(level => roleScope(level, role, memory)));
  const scopes = [...new Set([own, ...shared])];
  return {
    role: '',
    blocks: [],
    ...(limit === 0 ? {} : { lessons: { scopes, limit, ...sameTask, ...criterion } }),
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
