import type { Program } from '../../model/program.ts';

/** The program of a crew phase by its path inside the run's: '' is the run's own, then `build/`, `build/review/`. Pure. */
export function programAt(program: Program, crewPath: string): Program {
  const steps = crewPath.split('/').filter(step => step !== '');
  return steps.reduce((outer, step) => {
    const inner = outer.crews?.[step];
    if (inner === undefined) throw new Error(`compiled program has no crew at ${crewPath}`);
    return inner;
  }, program);
}
