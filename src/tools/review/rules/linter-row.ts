import type { FindingCategory, FindingSeverity } from '../../../model/review.ts';

/** Plugin, rule, severity, title, consequence; the category is `bug` unless a row says otherwise. */
export type LinterRow = readonly [
  'eslint' | 'typescript' | 'unicorn' | 'oxc' | 'react',
  string,
  FindingSeverity,
  string,
  string,
  FindingCategory?,
];
