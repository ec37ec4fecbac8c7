import type { RuleContext } from '../rule.ts';
import { listWorks } from '../works.ts';

const WITHOUT_MODELS: ReadonlySet<string> = new Set(['tool', 'human', 'parallel', 'each']);

/** A crew whose phases call models has a ceiling for what they cost. Said only when there is no error. */
export function checkBudgets({ crew, file, inner, failed, places, report }: RuleContext): void {
  if (file === 'sop' || inner === true || failed()) return;
  const { calls, tokens, costMicroUsd } = crew.budget;
  if (calls !== undefined || tokens !== undefined || costMicroUsd !== undefined) return;
  if (!listWorks(crew).some(({ work }) => !WITHOUT_MODELS.has(work.kind))) return;
  const message = 'Nothing limits how many calls or tokens a run of this crew may use';
  const hint = 'add for example `budget: { calls: 60, tokens: 300k }`';
  const range = places.keyOf(places.node(['budget']) ? ['budget'] : ['crew']);
  report({ code: 'no-budget', range, message, hint, severity: 'info' });
}
