import type { BranchWork, Crew, Phase } from '../model/crew.ts';
import type { NodePath } from './source-node.ts';

/** A role's work or a tool call with the phase that it belongs to and its path. */
interface PlacedWork {
  readonly work: BranchWork;
  readonly phase: Phase;
  readonly path: NodePath;
}

/** Lists the work of all phases and branches in the order of the file. Pure. */
export function listWorks(crew: Crew): readonly PlacedWork[] {
  return crew.sop.phases.flatMap((phase): PlacedWork[] => {
    const path = ['phases', phase.name];
    if (phase.kind === 'end') return [];
    if (phase.kind !== 'parallel') return [{ work: phase, phase, path }];
    return phase.branches.map(work => ({ work, phase, path: [...path, 'parallel', work.name] }));
  });
}
