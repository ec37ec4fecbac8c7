import type { PersonAskEffect } from '../../model/effect.ts';
import type { JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { Reporter } from '../../model/run-event.ts';
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

/** Watches a run whose program has its request said again; undefined for all others. */
export function createRewriteWatch(program: Program): RewriteWatch | undefined {
  const { rewrites } = program;
  if (rewrites === undefined) return undefined;
  const rounds = roundsOf(program) ?? Number.POSITIVE_INFINITY;
  let round = 0;
  let request = '';
  let last: JsonValue = null;
  let costMicroUsd: number | null = 0;
  const place = `${rewrites.phase}/`;
  return {
    reporter: {
      onEvent: event => {
        if (event.type === 'run.started') request = textOf(event.inputs[rewrites.input]);
        if (event.type === 'model.ended' && event.outcome === 'answered') {
          costMicroUsd =
            costMicroUsd === null || event.costMicroUsd === null ? null : costMicroUsd + event.costMicroUsd;
        }
        if (event.type === 'phase.started' && event.phase === `${place}rewrite`) round = event.visit;
        if (event.type !== 'phase.ended' || event.outcome !== 'completed') return;
        if (event.phase === `${place}rewrite`) last = event.artifact;
      },
    },
    rewriteOf: ({ phase }) =>
      phase === `${place}review`
        ? { request, ...readRewrite(last), costMicroUsd, mayRevise: round < rounds }
        : undefined,
  };
}

/** The parts of the artifact of `rewrite`, which fits its schema. Pure. */
export function readRewrite(value: JsonValue): Omit<Rewrite, 'request' | 'costMicroUsd' | 'mayRevise'> {
  const { reformulated, assumptions, questions } = (value ?? {}) as { readonly [key: string]: JsonValue };
  return {
    reformulated: textOf(reformulated),
    assumptions: textsOf(assumptions),
    questions: textsOf(questions),
  };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
