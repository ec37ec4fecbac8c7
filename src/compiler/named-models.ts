import type { PhaseWork } from '../model/crew.ts';
import type { Program } from '../model/program.ts';

/**
 * The models that phases name beside those of the roles: aliases or uses of `ask`, `chain` and selectors, and the uses
 * behind the models of crews that run as phases. Each once, in the order of the file. Pure.
 */
export function namedModels(program: Program): readonly string[] {
  const works = Object.values(program.phases).flatMap(phase => (phase.kind === 'end' ? [] : [phase]));
  const inside = Object.values(program.crews ?? {}).flatMap(modelsOfCrew);
  return [...new Set([...works.flatMap(modelsOf), ...inside])];
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
    case 'tool':
    case 'manage':
    case 'human':
    case 'crew':
      return [];
  }
}

/** Aliases of a crew mean nothing outside of it, so the uses behind them stand for them. */
function modelsOfCrew(program: Program): readonly string[] {
  const declared = new Set(program.models.map(({ name }) => name));
  const named = namedModels(program).filter(name => !declared.has(name));
  return [...program.models.map(({ use }) => use), ...named];
}
