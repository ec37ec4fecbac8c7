import { buildPhaseGraph } from './phase-graph.ts';
import type { Rule, RuleContext, RuleInput } from './rule.ts';
import { checkCycles } from './rules/cycles.ts';
import { checkGuards } from './rules/guards.ts';
import { checkInputs } from './rules/inputs.ts';
import { checkLiveness } from './rules/liveness.ts';
import { checkOutputSchemas } from './rules/output-schemas.ts';
import { checkReachability } from './rules/reachability.ts';
import { checkReferences } from './rules/references.ts';
import { checkReservedNames } from './rules/reserved-names.ts';
import { checkSecrets } from './rules/secrets.ts';
import { checkTemplates } from './rules/templates.ts';
import { checkTools } from './rules/tools.ts';
import { checkUnused } from './rules/unused.ts';
import { checkVariables } from './rules/variables.ts';
import { listTemplateSites } from './template-sites.ts';

/** Every family of checks, one row and one file each. `unused` is last: it is silent after errors. */
const RULES = {
  references: checkReferences,
  tools: checkTools,
  reachability: checkReachability,
  liveness: checkLiveness,
  cycles: checkCycles,
  guards: checkGuards,
  templates: checkTemplates,
  variables: checkVariables,
  'output-schemas': checkOutputSchemas,
  secrets: checkSecrets,
  'reserved-names': checkReservedNames,
  inputs: checkInputs,
  unused: checkUnused,
} as const satisfies Record<string, Rule>;

/** Runs every check on a lowered crew, or on a lowered SOP in an otherwise empty one. */
export function checkRules(input: RuleInput): void {
  const templates = listTemplateSites(input);
  const context: RuleContext = { ...input, graph: buildPhaseGraph(input.crew.sop), templates };
  for (const check of Object.values<Rule>(RULES)) check(context);
}
