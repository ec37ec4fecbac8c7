import type { BranchWork, Crew, CrewWork, Phase } from '../model/crew.ts';
import type { Program } from '../model/program.ts';

/**
 * The phases of a program with what the crews in them hold, which a program keeps beside them under `crews`. The
 * crews have no toolsets any more: their tools stand in their programs. Pure.
 */
export function phasesOf(program: Program): readonly Phase[] {
  return Object.values(program.phases).map(phase => {
    if (phase.kind === 'crew') return { ...phase, ...contentAt(program, phase.name) };
    if (phase.kind === 'each') return { ...phase, work: filled(program, phase.work, `${phase.name}.do`) };
    if (phase.kind !== 'parallel') return phase;
    const branches = phase.branches.map(one => filled(program, one, `${phase.name}.${one.name}`));
    return { ...phase, branches };
  });
}

function filled(program: Program, work: BranchWork, path: string): BranchWork {
  return work.kind === 'crew' ? { ...work, ...contentAt(program, path) } : work;
}

function contentAt(program: Program, path: string): Partial<Pick<CrewWork, 'crew'>> {
  const inner = program.crews?.[path];
  return inner === undefined ? {} : { crew: crewOf(inner) };
}

function crewOf(program: Program): Crew {
  const { crew: name, goal, inputs, models, roles, budget } = program;
  // A gate is named after the phase behind it.
  const start = String(program.machine.initial).split('$', 1)[0] ?? '';
  const sop = { name, start, roles: [], phases: phasesOf(program) };
  return { name, goal, inputs, models, roles, toolsets: [], budget, sop };
}
