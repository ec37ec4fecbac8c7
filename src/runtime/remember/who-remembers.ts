import type { BranchWork, PhaseWork, Role, TalkWork, WorkingPhase } from '../../model/crew.ts';
import type { RoleMemory } from '../../model/crew-memory.ts';
import { innerTalk } from '../../model/inner-talk.ts';
import type { Program } from '../../model/program.ts';

/** Anything that can be open. */
export type AnyWork = WorkingPhase | BranchWork | TalkWork;

/** A role with a memory. */
export type RememberingRole = Role & { readonly memory: RoleMemory };

/** The roles with a memory that work in a piece of work itself, each once; its parts have their own. Pure. */
export function rolesThatRemember(program: Program, work: AnyWork): readonly RememberingRole[] {
  const names = new Set(workersOf(work));
  return program.roles.filter((role): role is RememberingRole => names.has(role.name) && hasMemory(role));
}

/** All roles with a memory that work in a phase, in its branches, items and inner conversations as well. Pure. */
export function rolesInside(program: Program, work: AnyWork): readonly RememberingRole[] {
  const names = new Set(partsOf(work).flatMap(workersOf));
  return program.roles.filter((role): role is RememberingRole => names.has(role.name) && hasMemory(role));
}

/** Whether somebody in it decides who works next: a role that manages, or a model that gives turns. Pure. */
export function decidesWhoWorks(work: AnyWork): boolean {
  return work.kind === 'manage' || (work.kind === 'talk' && work.selector !== undefined);
}

function hasMemory(role: Role): boolean {
  return role.memory !== undefined;
}

function workersOf(work: PhaseWork): readonly string[] {
  switch (work.kind) {
    case 'role':
      return [work.role];
    case 'manage':
      return [work.role, ...work.workers];
    case 'talk':
      return [...work.roles.filter(name => innerTalk(work, name) === undefined), work.by];
    default:
      return [];
  }
}

function partsOf(work: PhaseWork): readonly PhaseWork[] {
  if (work.kind === 'parallel') return work.branches;
  if (work.kind === 'each') return [work.work];
  if (work.kind === 'talk') return [work, ...Object.values(work.inner ?? {}).flatMap(partsOf)];
  return [work];
}
