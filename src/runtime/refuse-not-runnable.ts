import type { Phase } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';

const RUNNABLE: readonly string[] = [
  'role',
  'tool',
  'parallel',
  'each',
  'human',
  'crew',
  'manage',
  'ask',
  'chain',
  'talk',
  'end',
];

/**
 * Refuses a program with a phase that this version can check and plan but not run, before anything is spent. Fails
 * with PHASE_NOT_RUNNABLE naming the phase and what it needs. Pure.
 */
export function refuseNotRunnable(program: Program): void {
  for (const phase of Object.values(program.phases)) {
    const missing = notRunnable(phase);
    if (missing === undefined) continue;
    const message = `expected phases that this version runs, but \`${missing.path}\` has \`${missing.key}\``;
    throw new CrewError('PHASE_NOT_RUNNABLE', message);
  }
  for (const inner of Object.values(program.crews ?? {})) refuseNotRunnable(inner);
}

function notRunnable(phase: Phase): { readonly path: string; readonly key: string } | undefined {
  const path = phase.name;
  if (!RUNNABLE.includes(phase.kind)) return { path, key: phase.kind };
  if (phase.kind !== 'parallel') return undefined;
  const branch = phase.branches.find(one => !RUNNABLE.includes(one.kind));
  return branch === undefined ? undefined : { path: `${path}.${branch.name}`, key: branch.kind };
}
