import type { FindingCategory, FindingSeverity } from '../../model/review.ts';
import { CORE_LINTER_ROWS } from './rules/linter-core.ts';
import { PLUGIN_LINTER_ROWS } from './rules/linter-plugins.ts';
import type { LinterRow } from './rules/linter-row.ts';

/** What a review says about a linter rule. `why` is what goes wrong, said after the linter's own message. */
export interface LinterRule {
  readonly plugin: LinterRow[0];
  readonly severity: FindingSeverity;
  readonly category: FindingCategory;
  readonly title: string;
  readonly why: string;
}

/** What we say about linter rules, by the rule's name without its plugin. The bundled linter runs exactly these. */
export const LINTER_RULES: ReadonlyMap<string, LinterRule> = new Map(
  [...CORE_LINTER_ROWS, ...PLUGIN_LINTER_ROWS].map(
    ([plugin, name, severity, title, why, category = 'bug']) => [
      name,
      { plugin, severity, category, title, why },
    ],
  ),
);
