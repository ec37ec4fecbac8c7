import type { NewNote, Trust } from '../../model/memory.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { placeOf } from '../scope.ts';
import { untrustedPhase } from './untrusted-work.ts';

/**
 * How far the words of a piece of work may be trusted, and what they were made of so far: the tools that were called for it,
 * the notes that were read with those of memory, and what it was reminded of. Pure.
 */
export function madeOf(state: RunState, work: OpenWork): Pick<NewNote, 'trust' | 'sources'> {
  const { program } = procedureOf(state, work.procedure);
  const stranger = untrustedPhase(state, work);
  const { called = [], read = [], recalled = [], strange } = work;
  const tools = called.map(name => {
    const source = program.tools.find(spec => spec.name === name)?.source;
    return source === 'mcp' ? `mcp:${name}` : `tool:${name}`;
  });
  const trusts = [...recalled.flatMap(trustsOf), ...read.map(({ trust }) => trust)];
  return {
    trust: stranger === undefined && strange !== true ? (Math.min(2, ...trusts) as Trust) : 0,
    sources: [
      `phase:${placeOf(state, work)}`,
      ...(stranger === undefined ? [] : [`untrusted:${stranger}`]),
      ...(strange === true ? ['untrusted:memory'] : []),
      ...tools,
      ...read.map(({ id }) => `note:${id}`),
    ],
  };
}

/** Whoever was reminded of something passes it on. */
function trustsOf({ notes, lessons, decisions = [] }: NonNullable<OpenWork['recalled']>[number]) {
  return [...notes, ...lessons, ...decisions].map(({ trust }) => trust);
}
