import type { PersonAskEffect } from '../../model/effect.ts';
import type { JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { Reporter } from '../../model/run-event.ts';
import { readSaidAgain } from '../../runtime/records/read-rewrite.ts';
import { roundsOf } from './rewrite-answers.ts';

/** A request and how it was said again, for a person to look at. */
export interface Rewrite {
  readonly request: string;
  readonly reformulated: string;
  readonly assumptions: readonly string[];
  readonly questions: readonly string[];
  /** All calls of models so far, in millionths of a US dollar; null where a price is not known. */
  readonly costMicroUsd: number | null;
  /** Whether it can be said again once more. */
  readonly mayRevise: boolean;
}

/** Follows how the request of a run is said again. */
export interface RewriteWatch {
  readonly reporter: Reporter;
  /** What a person is asked about; undefined for every other question. */
  readonly rewriteOf: (effect: Pick<PersonAskEffect, 'phase'>) => Rewrite | undefined;
}

/**
 * Watches a run whose program has its request said again; undefined for all others. `tell` takes what became of the request
 * where nobody is asked about it.
 */
export function createRewriteWatch(
  program: Program,
  tell: (rewrite: Rewrite) => void = () => undefined,
): RewriteWatch | undefined {
  const { rewrites } = program;
  if (rewrites === undefined) return undefined;
  const rounds = roundsOf(program) ?? Number.POSITIVE_INFINITY;
  let round = 0;
  let request = '';
  let last: JsonValue = null;
  let costMicroUsd: number | null = 0;
  let isAsked = false;
  let isLive = false;
  const place = `${rewrites.phase}/`;
  const rewrite = (): Rewrite => ({
    request,
    ...readSaidAgain(last),
    costMicroUsd,
    mayRevise: round < rounds,
  });
  return {
    reporter: {
      onLive: () => {
        isLive = true;
      },
      onEvent: event => {
        if (event.type === 'run.started') request = textOf(event.inputs[rewrites.input]);
        if (event.type === 'model.ended' && event.outcome === 'answered') {
          costMicroUsd =
            costMicroUsd === null || event.costMicroUsd === null ? null : costMicroUsd + event.costMicroUsd;
        }
        if (event.type === 'phase.started' && event.phase === `${place}rewrite`) round = event.visit;
        if (event.type === 'person.asked' && event.phase.startsWith(place)) isAsked = true;
        if (event.type !== 'phase.ended' || event.outcome !== 'completed') return;
        if (event.phase === `${place}rewrite`) last = event.artifact;
        if (event.phase === rewrites.phase && isLive && !isAsked) tell(rewrite());
      },
    },
    rewriteOf: ({ phase }) => (phase === `${place}review` ? rewrite() : undefined),
  };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
