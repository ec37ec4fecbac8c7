import type { ModelTerms } from '../model/fact.ts';
import type { Usage } from '../model/usage.ts';
import { costOf } from '../policy/budget.ts';

/** What a usage costs in micro dollars: nothing where no language model speaks, null where the price is not known. Pure. */
export function callCost(terms: ModelTerms | undefined, usage: Usage): number | null {
  return terms?.languageModel === false ? 0 : costOf(usage, terms?.price ?? null);
}
