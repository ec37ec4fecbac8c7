import type { PhaseWork, WorkingPhase } from '../model/crew.ts';
import { lessonRole } from '../model/lesson-role.ts';
import type { Program } from '../model/program.ts';
import { learnsLessons } from '../model/strategies.ts';

/**
 * The models that phases need beside those of the roles: aliases or uses of `ask`, `chain` and selectors, and `default`
 * for lessons of phases without a role, and that of the memory stream. Crews inside have their own. Each once, in the order of the file. Pure.
 */
export function namedModels(program: Program): readonly string[] {
  const works = Object.values(program.phases).flatMap(phase => (phase.kind === 'end' ? [] : [phase]));
  const stream = program.memory?.stream.model;
  const named = works.flatMap(work => [...modelsOf(work), ...lessonModels(work)]);
  return [...new Set([...named, ...(stream === undefined ? [] : [stream])])];
}

function lessonModels(work: WorkingPhase): readonly string[] {
  const needsLessons = work.reflect !== undefined && work.reflect.trials > 1 && learnsLessons(work.reflect);
  return needsLessons && lessonRole(work) === undefined ? ['default'] : [];
}

function modelsOf(work: PhaseWork): readonly string[] {
  switch (work.kind) {
    case 'ask':
      return [...work.models, ...(work.summarizer === undefined ? [] : [work.summarizer.model])];
    case 'chain':
      return work.steps.map(step => step.model);
    case 'talk':
      return [
        ...(work.selector === undefined ? [] : [work.selector.model]),
        ...Object.values(work.inner ?? {}).flatMap(modelsOf),
      ];
    case 'parallel':
      return work.branches.flatMap(modelsOf);
    case 'each':
      return modelsOf(work.work);
    case 'role':
      return work.model === undefined ? [] : [work.model];
    case 'tool':
    case 'manage':
    case 'human':
    case 'crew':
      return [];
  }
}
