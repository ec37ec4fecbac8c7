import type { ToolCallEffect } from '../../model/effect.ts';
import { procedureOf, type RunState } from '../run-state.ts';
import { ownerOf } from '../scope.ts';
import { crewMemoryOf } from './crew-memory-of.ts';
import { madeOf } from './made-of.ts';
import { untrustedPhase } from './untrusted-work.ts';

/**
 * The same call, with all that only the run knows of who makes it: the crew that remembers, which may be one around its
 * procedure, the phase whose words of strangers it reads, and what its words are made of. Calls of tools that are not memory's stay as they are. Pure.
 */
export function withOrigin(state: RunState, call: ToolCallEffect): ToolCallEffect {
  const { origin, key } = call;
  const work = state.open[ownerOf(key)];
  if (origin === undefined || work === undefined) return call;
  const crew = crewMemoryOf(state, procedureOf(state, work.procedure))?.crew ?? origin.crew;
  const untrusted = origin.untrusted ?? untrustedPhase(state, work);
  const strange = untrusted === undefined ? {} : { untrusted };
  return { ...call, origin: { ...origin, crew, ...strange, madeOf: madeOf(state, work) } };
}
