import type { RunEvent } from '../model/run-event.ts';
import { notALanguageModel } from './describe-model.ts';

/** Knows whether what was spent is counted or only bounded. */
export interface ChargeWatch {
  take(event: RunEvent): void;
  /** Whether some call was charged with the most that it can cost, because nobody knows what it did cost. */
  isBounded(): boolean;
}

/** Failures after the provider began to answer, which it may bill. */
const BILLED: ReadonlySet<string> = new Set([
  'PROVIDER_TIMEOUT',
  'PROVIDER_PROTOCOL',
  'RUN_INTERRUPTED',
  'RUN_TERMINATED',
]);

/**
 * Watches for calls whose true cost stays unknown: those that were under way when their phase ended or the run was resumed
 * or ended, those that failed after their answer had begun, and those whose provider reports no usage. Deterministic.
 */
export function createChargeWatch(): ChargeWatch {
  const models = new Map<string, string>();
  const open = new Map<string, string>();
  let bounded = false;

  function leave(isLeft: (phase: string) => boolean): void {
    for (const [key, phase] of open) {
      if (!isLeft(phase)) continue;
      open.delete(key);
      bounded = true;
    }
  }

  return {
    take(event) {
      if (event.type === 'run.started') {
        for (const [alias, { use }] of Object.entries(event.models)) models.set(alias, use);
      } else if (event.type === 'model.started') {
        const use = models.get(event.model) ?? event.model;
        if (notALanguageModel(use) === undefined) open.set(event.key, event.phase);
      } else if (event.type === 'model.ended' && open.delete(event.key)) {
        bounded ||= event.outcome === 'failed' ? BILLED.has(event.failure.code) : isUncounted(event);
      } else if (event.type === 'phase.ended' || event.type === 'phase.retried') {
        leave(phase => isWithin(phase, event.phase));
      } else if (event.type === 'run.resumed' || event.type === 'run.ended') {
        leave(() => true);
      }
    },
    isBounded: () => bounded,
  };
}

function isUncounted({
  usage,
  costMicroUsd,
}: Extract<RunEvent, { type: 'model.ended'; outcome: 'answered' }>): boolean {
  return costMicroUsd === null && usage.inputTokens + usage.outputTokens === 0;
}

function isWithin(place: string, phase: string): boolean {
  return place === phase || place.startsWith(`${phase}.`) || place.startsWith(`${phase}/`);
}
