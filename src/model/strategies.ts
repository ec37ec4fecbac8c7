import type { Reflection, ReflectionStrategy } from './reflection.ts';

/** All strategies of `reflect`; the first is the one that is meant when none is said. */
export const STRATEGIES: readonly ReflectionStrategy[] = [
  'reflexion',
  'retry',
  'last_attempt',
  'last_attempt_and_reflexion',
];

/** Whether an attempt that did not pass leaves a lesson. Pure. */
export function learnsLessons({ strategy = 'reflexion' }: Pick<Reflection, 'strategy'>): boolean {
  return strategy === 'reflexion' || strategy === 'last_attempt_and_reflexion';
}

/** Whether the next trial is shown the attempt before it, and what was said of it. Pure. */
export function showsAttempt({ strategy = 'reflexion' }: Pick<Reflection, 'strategy'>): boolean {
  return strategy === 'last_attempt' || strategy === 'last_attempt_and_reflexion';
}
