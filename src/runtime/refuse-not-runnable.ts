import type { Phase, WorkingPhase } from '../model/crew.ts';
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
  if (phase.subscribe !== undefined) return { path, key: 'subscribe' };
  if (phase.kind === 'end') return undefined;
  return phase.kind === 'parallel' ? notRunnableParallel(phase) : undefined;
}

function notRunnableParallel(
  phase: Extract<WorkingPhase, { kind: 'parallel' }>,
): { readonly path: string; readonly key: string } | undefined {
  const path = phase.name;
  const branch = phase.branches.find(one => !RUNNABLE.includes(one.kind));
  if (branch !== undefined) return { path: `${path}.${branch.name}`, key: branch.kind };
  if (phase.join !== undefined && phase.join !== 'all') return { path, key: 'join' };
  return phase.concurrency === undefined ? undefined : { path, key: 'concurrency' };
}
