import type { ResolvedModel } from '../../model/fact.ts';
import type { Program } from '../../model/program.ts';
import { isMerging } from '../ask-crew.ts';
import type { AskedBefore } from '../choose-ask.ts';

/**
 * Whom a run of `crew ask` has asked, and who was to merge the answers: one that is not simply the first of the models was
 * named. Undefined for a program that asks nobody. Pure.
 */
export function askedBefore(
  program: Program,
  run: {
    readonly runId: string;
    readonly models: { readonly [use: string]: ResolvedModel };
    readonly summary: boolean;
  },
): AskedBefore | undefined {
  const phases = Object.values(program.phases);
  const asking = phases.find(({ kind }) => kind === 'ask');
  if (asking?.kind !== 'ask') return undefined;
  const models = asking.models.flatMap(use => run.models[use] ?? []);
  if (models.length === 0) return undefined;
  const [merging, ...others] = phases.filter(({ name }) => isMerging(name));
  const use = merging?.kind === 'chain' ? merging.steps[0]?.model : undefined;
  const isNamed = use !== undefined && others.length === 0 && use !== models[0]?.use;
  return {
    runId: run.runId,
    models,
    summary: run.summary,
    ...(isNamed && run.models[use] !== undefined ? { summarizer: run.models[use].use } : {}),
  };
}
