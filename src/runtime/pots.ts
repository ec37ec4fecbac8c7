import type { ModelCallEffect, ToolCallEffect } from '../model/effect.ts';
import { type Ledger, openPot } from '../policy/budget.ts';
import { type OpenWork, type Procedure, procedureOf, type RunState } from './run-state.ts';
import { outerOf, ownerOf, splitPath } from './scope.ts';

/**
 * The budgets inside that of the run, and who is charged to which.
 * 1. A crew inside has a pot as long as its procedure is under way. A procedure without a crew of its own has one, too,
 *    but not for its roles: their players pay.
 * 2. A phase with a budget has one pot for all its visits; what is done inside it, however deep, counts.
 * 3. A role with a budget has one pot in its crew; its model calls, and the tools that it calls, count. Lessons of a phase
 *    with `reflect` are those of the phase.
 */

/** Opens the pots of a procedure that begins. Pure. */
export function openPots(ledger: Ledger, procedure: Procedure, activeMs: number): Ledger {
  const { id, program, place, castBy } = procedure;
  const crew = id === '' ? '' : `in the crew of \`${place.slice(0, -1)}\`, `;
  let next = ledger;
  if (id !== '') {
    const words = { where: crew, path: '' };
    next = openPot(next, id, { words, limits: program.budget, sinceMs: activeMs });
  }
  for (const phase of Object.values(program.phases)) {
    if (phase.kind === 'end' || phase.budget === undefined) continue;
    const words = { where: `${crew}in phase \`${phase.name}\`, `, path: `phases.${phase.name}.` };
    next = openPot(next, phasePot(`${id}${phase.name}`), { words, limits: phase.budget });
  }
  for (const { name, budget, playedBy } of castBy === undefined ? program.roles : []) {
    if (budget === undefined || playedBy !== undefined) continue;
    const words = { where: `${crew}for role \`${name}\`, `, path: `roles.${name}.` };
    next = openPot(next, rolePot(id, name), { words, limits: budget });
  }
  return next;
}

/** The id of the pot of a phase, by the id of its work. Pure. */
export function phasePot(work: string): string {
  return `${work}#phase`;
}

/** The pots that a call is charged to, the innermost first. Pure. */
export function potsOf(
  state: RunState,
  { key, paidBy }: ModelCallEffect | ToolCallEffect,
): readonly string[] {
  const owner = state.open[ownerOf(key)];
  if (owner === undefined) throw new Error(`call ${key} has no work`);
  const ids = paidBy === undefined ? [] : [payingPot(state, owner.procedure, paidBy)];
  let work: OpenWork | undefined = owner;
  while (work !== undefined) {
    const { part } = splitPath(work.path);
    if (part === undefined) ids.push(phasePot(work.id), work.procedure);
    work = outerOf(state, work);
  }
  return ids.filter(id => state.ledger.pots[id] !== undefined);
}

/** The pot of the role of a crew that plays a role in one of its procedures. */
function payingPot(state: RunState, procedure: string, role: string): string {
  const { program, castBy } = procedureOf(state, procedure);
  const player = program.roles.find(({ name }) => name === role)?.playedBy ?? role;
  return castBy === undefined ? rolePot(procedure, player) : payingPot(state, castBy, player);
}

function rolePot(procedure: string, role: string): string {
  return `${procedure}#role-${role}`;
}
