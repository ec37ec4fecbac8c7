import type { MemoryWriteEffect, ToolCallEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { MEMORY_LEVELS, type MemoryScope } from '../../model/memory.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { contextOf, placeOf, workAt } from '../scope.ts';
import { crewMemoryOf, roleScope } from './crew-memory-of.ts';
import { rolesThatRemember } from './who-remembers.ts';

/** The scope in which a role kept a note by a tool; undefined for all other calls, and in runs of before that was looked at. Pure. */
export function keptIn(
  state: RunState,
  work: OpenWork,
  { tool, args, origin }: ToolCallEffect,
  fact: Fact,
): MemoryScope | undefined {
  if (state.memory?.gathers !== 'all' || fact.type !== 'tool.returned') return undefined;
  const procedure = procedureOf(state, work.procedure);
  const { program } = procedure;
  if (program.tools.find(({ name }) => name === tool)?.memory !== 'writes') return undefined;
  const memory = crewMemoryOf(state, procedure);
  const role = program.roles.find(({ name }) => name === origin?.role);
  if (memory === undefined || role?.memory === undefined) return undefined;
  const level = MEMORY_LEVELS.find(each => each === args.level) ?? role.memory.levels[0] ?? 'run';
  return roleScope(level, role, memory);
}

/**
 * The same wishes, with the question what has been gathered where the roles of a work remember: by notes that they kept by tools,
 * and by what others left there. Nothing where no insights are drawn, or where nothing was kept. Pure.
 */
export function withGathered(
  state: RunState,
  work: OpenWork,
  wishes: readonly Omit<MemoryWriteEffect, 'key'>[],
): readonly Omit<MemoryWriteEffect, 'key'>[] {
  const procedure = procedureOf(state, work.procedure);
  const memory = crewMemoryOf(state, procedure);
  const { kept = [] } = work;
  if (memory === undefined || state.memory?.gathers !== 'all' || memory.declared.stream.threshold <= 0) {
    return wishes;
  }
  if (wishes.length === 0 && kept.length === 0) return wishes;
  const { program } = contextOf(state, work);
  const roles = rolesThatRemember(program, workAt(program, work.path));
  if (roles.length === 0) return wishes;
  // A person's own memory is made by what is kept in it, never by looking.
  const seen = roles.flatMap(role =>
    role.memory.levels.flatMap(level => (level === 'user' ? [] : [roleScope(level, role, memory)])),
  );
  const gather = { op: 'gather', scopes: [...new Set([...kept, ...seen])] } as const;
  const last = wishes.at(-1);
  if (last !== undefined) return [...wishes.slice(0, -1), { ...last, writes: [...last.writes, gather] }];
  const by = { phase: placeOf(state, work), role: '', author: 'rule' };
  return [{ type: 'memory.write', crew: memory.crew, ...by, writes: [gather] }];
}
