import type { ModelCallEffect } from '../../model/effect.ts';
import type { FoldStep } from './fold-run.ts';

/** The model calls of a recorded run by key, as they were sent: the same fold wishes for the same calls (R3). Pure. */
export function readPrompts(steps: Iterable<FoldStep>): ReadonlyMap<string, ModelCallEffect> {
  const prompts = new Map<string, ModelCallEffect>();
  for (const { effects } of steps) {
    for (const effect of effects) if (effect.type === 'model.call') prompts.set(effect.key, effect);
  }
  return prompts;
}
