import type { MemoryChange, MemoryProvenance } from '../../model/memory.ts';
import { personName } from '../person-name.ts';
import { realWorld } from '../world.ts';

/** A change that a person makes by a command, at this moment. */
export function byPerson(): MemoryProvenance & Pick<MemoryChange, 'id' | 'at'> {
  return { id: realWorld.newId(), at: realWorld.now(), ...ofPerson() };
}

/** What a person writes by a command. */
export function ofPerson(): MemoryProvenance {
  return { runId: '', phase: '', role: '', key: '', author: `person ${personName()}` };
}

/** The record of what a person did to a note. */
export function personChange(
  action: MemoryChange['action'],
  target: string,
  reason: string | undefined,
): MemoryChange {
  const { id, at, ...by } = byPerson();
  return { id, at, by, what: 'note', target, action, ...(reason === undefined ? {} : { reason }) };
}
