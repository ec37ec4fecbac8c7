import { createCrewTypes } from './crew-types.ts';
import { buildPhaseGraph } from './phase-graph.ts';
import type { Rule, RuleContext, RuleInput } from './rule.ts';
import { checkArgumentTypes } from './rules/argument-types.ts';
import { checkBudgets } from './rules/budgets.ts';
import { checkBundles } from './rules/bundles.ts';
import { checkConversations } from './rules/conversations.ts';
import { checkCrews } from './rules/crews.ts';
import { checkCycles } from './rules/cycles.ts';
import { checkDeadGuards } from './rules/dead-guards.ts';
import { checkGuards } from './rules/guards.ts';
import { checkInputs } from './rules/inputs.ts';
import { checkLiveness } from './rules/liveness.ts';
import { checkMcpServers } from './rules/mcp-servers.ts';
import { checkMemory } from './rules/memory.ts';
import { checkOutputSchemas } from './rules/output-schemas.ts';
import { checkPolicy } from './rules/policy.ts';
import { checkPrompts } from './rules/prompts.ts';
import { checkReachability } from './rules/reachability.ts';
import { checkReferences } from './rules/references.ts';
import { checkReservedNames } from './rules/reserved-names.ts';
import { checkSchemaKeywords } from './rules/schema-keywords.ts';
import { checkSecrets } from './rules/secrets.ts';
import { checkSettings } from './rules/settings.ts';
import { checkSubscriptions } from './rules/subscriptions.ts';
import { checkTemplates } from './rules/templates.ts';
import { checkToolSchemas } from './rules/tool-schemas.ts';
import { checkTools } from './rules/tools.ts';
import { checkTrials } from './rules/trials.ts';
import { checkUntrusted } from './rules/untrusted.ts';
import { checkUnused } from './rules/unused.ts';
import { checkValueFlow } from './rules/value-flow.ts';
import { checkVariables } from './rules/variables.ts';
import { checkWriteConflicts } from './rules/write-conflicts.ts';
import { listTemplateSites } from './template-sites.ts';

/** Every family of checks, one row and one file each. The last two are silent after errors. */
const RULES = {
  references: checkReferences,
  conversations: checkConversations,
  settings: checkSettings,
  trials: checkTrials,
  subscriptions: checkSubscriptions,
  crews: checkCrews,
  tools: checkTools,
  bundles: checkBundles,
  'mcp-servers': checkMcpServers,
  policy: checkPolicy,
  memory: checkMemory,
  'tool-schemas': checkToolSchemas,
  reachability: checkReachability,
  liveness: checkLiveness,
  cycles: checkCycles,
  guards: checkGuards,
  templates: checkTemplates,
  variables: checkVariables,
  'value-flow': checkValueFlow,
  'argument-types': checkArgumentTypes,
  prompts: checkPrompts,
  'dead-guards': checkDeadGuards,
  untrusted: checkUntrusted,
  'write-conflicts': checkWriteConflicts,
  'output-schemas': checkOutputSchemas,
  'schema-keywords': checkSchemaKeywords,
  secrets: checkSecrets,
  'reserved-names': checkReservedNames,
  inputs: checkInputs,
  unused: checkUnused,
  budgets: checkBudgets,
} as const satisfies Record<string, Rule>;

/** Runs every check on a lowered crew, or on a lowered SOP in an otherwise empty one. */
export function checkRules(input: RuleInput): void {
  const templates = listTemplateSites(input);
  const graph = buildPhaseGraph(input.crew.sop);
  const types = createCrewTypes(input, graph, templates);
  const context: RuleContext = { ...input, graph, templates, types };
  for (const check of Object.values<Rule>(RULES)) check(context);
}
