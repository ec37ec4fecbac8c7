import { buildPhaseGraph } from './phase-graph.ts';
import type { Rule, RuleInput } from './rule.ts';

/** Every family of checks, one row and one file each. The order does not matter. */
const RULES = {} as const satisfies Record<string, Rule>;

/** Runs every check on a lowered crew. */
export function checkRules(input: RuleInput): void {
  const context = { ...input, graph: buildPhaseGraph(input.crew.sop) };
  for (const check of Object.values<Rule>(RULES)) check(context);
}
