import type { Role } from '../../model/crew.ts';
import type { CrewMemory } from '../../model/crew-memory.ts';
import { type MemoryLevel, type MemoryScope, scopeOfLevel } from '../../model/memory.ts';
import type { Procedure, RunState } from '../run-state.ts';
import { playingCrew } from '../scope.ts';

/** The memory of the crew whose procedure it is. A procedure inside a crew remembers as that crew. */
export interface ProcedureMemory {
  readonly declared: CrewMemory;
  readonly crew: string;
  readonly runId: string;
}

/** Undefined where nothing is remembered: the run has no memory, or the crew none. Pure. */
export function crewMemoryOf(state: RunState, procedure: Procedure): ProcedureMemory | undefined {
  const declared = procedure.program.memory;
  if (state.memory === undefined || declared === undefined) return undefined;
  return { declared, crew: playingCrew(state, procedure), runId: state.runId };
}

/** The scope of a level for a role, which is remembered under the name of whoever plays it. Pure. */
export function roleScope(
  level: MemoryLevel,
  role: Pick<Role, 'name' | 'playedBy'>,
  { crew, runId }: ProcedureMemory,
): MemoryScope {
  return scopeOfLevel(level, { crew, runId, role: role.playedBy ?? role.name });
}

/** The scope in which a crew keeps what it knows of itself: its lessons and its decisions. Pure. */
export function crewScope({ crew, runId }: ProcedureMemory): MemoryScope {
  return scopeOfLevel('crew', { crew, runId, role: '' });
}
