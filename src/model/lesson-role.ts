import type { PhaseWork } from './crew.ts';

/** The role whose model writes the lessons of a phase with `reflect`; without one that is the model `default`. Pure. */
export function lessonRole(work: PhaseWork): string | undefined {
  return work.kind === 'role' || work.kind === 'manage' ? work.role : undefined;
}
