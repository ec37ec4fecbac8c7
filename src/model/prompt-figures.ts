import type { Spend } from './run-event.ts';
import { addUsage, NO_USAGE } from './usage.ts';

/** What the work that a prompt gave to one run came to. */
export interface PromptUse {
  readonly runId: string;
  readonly crew: string;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  /** How the run stands, or ended. */
  readonly status: 'success' | 'failure' | 'error' | 'waiting' | 'open';
  /** The sha256 of the prompt's canonical form, in hex. */
  readonly hash: string;
  /** The name of its file without the ending. */
  readonly stem: string;
  /** The path of its file, as the run had it. */
  readonly file: string;
  /** Where it stands, such as `phases.merge.task`; of crews inside, with their path and a slash in front. */
  readonly at: readonly string[];
  /** How often the phases were done with it, and how often they failed. */
  readonly visits: { readonly completed: number; readonly failed: number };
  readonly trials: { readonly judged: number; readonly passed: number; readonly scores: readonly number[] };
  readonly spend: Spend;
}

/** What all runs with one version of a prompt came to. */
export interface PromptFigures {
  readonly runs: number;
  readonly succeeded: number;
  /** Runs that ended in a failure or an error. */
  readonly failed: number;
  readonly visits: { readonly completed: number; readonly failed: number };
  /** `meanScore` is null when no trial had a score. */
  readonly trials: { readonly judged: number; readonly passed: number; readonly meanScore: number | null };
  readonly spend: Spend;
  /** The newest run, where there is one. */
  readonly lastRun?: {
    readonly runId: string;
    readonly startedAt: number;
    readonly status: PromptUse['status'];
  };
}

const NOTHING: Spend = {
  calls: 0,
  toolCalls: 0,
  usage: NO_USAGE,
  costMicroUsd: 0,
};

/** Adds what was spent; a price that is not known makes the sum unknown. Pure. */
export function addSpend(parts: readonly Spend[]): Spend {
  return parts.reduce(
    (sum, { calls, toolCalls, usage, costMicroUsd }) => ({
      calls: sum.calls + calls,
      toolCalls: sum.toolCalls + toolCalls,
      usage: addUsage(sum.usage, usage),
      costMicroUsd:
        sum.costMicroUsd === null || costMicroUsd === null ? null : sum.costMicroUsd + costMicroUsd,
    }),
    NOTHING,
  );
}

/** Sums up what uses of one version came to. Pure. */
export function sumUses(uses: readonly PromptUse[]): PromptFigures {
  const count = (keep: (use: PromptUse) => boolean): number => uses.filter(keep).length;
  const sum = (value: (use: PromptUse) => number): number =>
    uses.reduce((total, use) => total + value(use), 0);
  const scores = uses.flatMap(({ trials }) => trials.scores);
  const mean = scores.length === 0 ? null : scores.reduce((total, score) => total + score, 0) / scores.length;
  const [last] = uses.toSorted((left, right) => right.startedAt - left.startedAt);
  return {
    runs: uses.length,
    succeeded: count(({ status }) => status === 'success'),
    failed: count(({ status }) => status === 'failure' || status === 'error'),
    visits: {
      completed: sum(({ visits }) => visits.completed),
      failed: sum(({ visits }) => visits.failed),
    },
    trials: {
      judged: sum(({ trials }) => trials.judged),
      passed: sum(({ trials }) => trials.passed),
      meanScore: mean,
    },
    spend: addSpend(uses.map(({ spend }) => spend)),
    ...(last === undefined
      ? {}
      : { lastRun: { runId: last.runId, startedAt: last.startedAt, status: last.status } }),
  };
}
