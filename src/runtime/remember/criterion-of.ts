import type { JsonValue } from '../../model/json.ts';
import type { Reflection } from '../../model/reflection.ts';
import { hashJson } from '../../policy/hash-json.ts';

/** So many characters tell the criteria of one phase apart. */
const LENGTH = 12;

/**
 * What tells one judging of a phase's trials from another: a hash, in hex, of its evaluator as it is declared. Trials that were
 * judged by something else are no evidence of how lessons do now. Pure.
 */
export function criterionOf({ evaluator }: Pick<Reflection, 'evaluator'>): string {
  return hashJson(evaluator as unknown as JsonValue).slice(0, LENGTH);
}
