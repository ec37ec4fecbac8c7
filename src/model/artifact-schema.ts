import type { PhaseWork } from './crew.ts';
import type { JsonSchema } from './json.ts';

/**
 * The schema of what a piece of work delivers, as far as its author gave one. An `ask` whose answers are neither
 * summarized nor voted on delivers a list of `{ model, answer }` and `{ model, failure }`, and its `output` is the
 * schema of each `answer`. Pure.
 */
export function artifactSchema(work: PhaseWork): JsonSchema | undefined {
  return work.kind === 'ask' && work.summarizer === undefined && work.vote === undefined
    ? undefined
    : work.output;
}
