import type { Program } from '../../model/program.ts';

/**
 * What is told of a run that a person left when its request was said again, by the phase that it then ends at; empty where
 * nothing is said again. Pure.
 */
export function quitWords({ crew, rewrites, phases }: Program): ReadonlyMap<string, string> {
  const first = rewrites === undefined ? undefined : phases[rewrites.phase];
  const left = first === undefined || first.kind === 'end' ? undefined : first.next[0]?.to;
  return new Map(left === undefined ? [] : [[left, `you quit; nothing of \`${crew}\` has run`]]);
}
