import type { RunEvent } from '../model/run-event.ts';
import { addUsage, NO_USAGE, type Usage } from '../model/usage.ts';
import { formatCost, formatCount } from './amounts.ts';

/** What the model calls of a phase and of all inside it have cost, as far as it was counted. */
interface PhaseCost {
  readonly usage: Usage;
  readonly costMicroUsd: number | null;
}

/** Adds up what open phases spend, told by events alone. */
export interface PhaseSpend {
  take(event: RunEvent): void;
  /** What a phase has spent since it was started, in words; empty for no tokens. It is forgotten then. */
  close(phase: string): string;
}

/** Nothing spent yet. Deterministic. */
export function createPhaseSpend(): PhaseSpend {
  const open = new Map<string, PhaseCost>();
  return {
    take(event) {
      if (event.type === 'phase.started') open.set(event.phase, { usage: NO_USAGE, costMicroUsd: 0 });
      if (event.type !== 'model.ended' || event.outcome !== 'answered') return;
      for (const phase of phasesAround(event.phase)) {
        const before = open.get(phase);
        if (before !== undefined) open.set(phase, sum(before, event));
      }
    },
    close(phase) {
      const cost = open.get(phase);
      open.delete(phase);
      return cost === undefined ? '' : costText(cost);
    },
  };
}

function sum(left: PhaseCost, right: PhaseCost): PhaseCost {
  const isKnown = left.costMicroUsd !== null && right.costMicroUsd !== null;
  const costMicroUsd = isKnown ? Number(left.costMicroUsd) + Number(right.costMicroUsd) : null;
  return { usage: addUsage(left.usage, right.usage), costMicroUsd };
}

function costText({ usage, costMicroUsd }: PhaseCost): string {
  const tokens = usage.inputTokens + usage.outputTokens;
  return tokens === 0 ? '' : `${formatCount(tokens)} tokens, ${formatCost(costMicroUsd)}`;
}

/** A path and all that it is inside of: `build/write.0` is inside `build/write` and `build`. */
function phasesAround(path: string): readonly string[] {
  const ends = [...path.matchAll(/[./]/g)].map(({ index }) => path.slice(0, index));
  return [...ends, path];
}
