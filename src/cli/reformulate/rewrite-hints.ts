import type { Program } from '../../model/program.ts';

/** What is advised where a request could not be said again, by the path of the phase; empty where nothing is said again. Pure. */
export function rewriteHints({ rewrites }: Program): ReadonlyMap<string, string> {
  if (rewrites === undefined) return new Map();
  const hint =
    'Your request could not be said again; `--no-reformulate` runs with it as you gave it, `reformulation.model` names another model.';
  return new Map([rewrites.phase, `${rewrites.phase}/rewrite`].map(phase => [phase, hint]));
}
