import type { SgNode } from '@ast-grep/napi';
import type { FindingCategory, FindingSeverity } from '../../../model/review.ts';

/** The grammars that rules are written for. `tsx` and `javascript` also read JSX. */
export type RuleLanguage = 'typescript' | 'tsx' | 'javascript' | 'python';

/** The three grammars of one family; most patterns mean the same in all of them. */
export const JAVASCRIPT_FAMILY: readonly RuleLanguage[] = ['typescript', 'tsx', 'javascript'];

/**
 * An ast-grep rule object: the form that its YAML rules have, with kinds, patterns, regexes and relations. Written as
 * data here because ast-grep reads objects only, and so that parts can be shared and the compiler sees a missing field.
 */
export interface Matcher {
  readonly [key: string]: MatcherValue;
}
type MatcherValue = string | number | boolean | Matcher | readonly MatcherValue[];

/**
 * One rule of our own: what it matches, what it says, and one example each way.
 * `needs` is a cheap test that every text with a match passes; most files are never parsed thanks to it.
 * `bad` must fire and `good` must not; a test runs both. `fix` replaces the matched code, `$NAME` stands for what the
 * pattern caught. With `declares`, `$NAME` in `rule` stands only for names that `declares` catches as `$NAME` somewhere in
 * the same file; asking for that inside `rule` would walk the whole file at every statement. `accepts` has the last word on
 * a match, for what a pattern cannot say, such as what a name stands for. `confidence` is 0..1. `skipTests` keeps a rule that is only noise in test code out of test files.
 */
export interface ReviewRule {
  readonly id: string;
  readonly needs: RegExp;
  readonly languages: readonly RuleLanguage[];
  readonly severity: FindingSeverity;
  readonly category: FindingCategory;
  readonly title: string;
  readonly why: string;
  readonly confidence: number;
  readonly rule: Matcher;
  readonly declares?: Matcher;
  readonly accepts?: (match: SgNode) => boolean;
  readonly fix?: string;
  readonly skipTests?: boolean;
  readonly bad: string;
  readonly good: string;
}
