import { BUG_JAVASCRIPT_RULES } from './bugs-javascript.ts';
import { BUG_PYTHON_RULES } from './bugs-python.ts';
import { INJECTION_JAVASCRIPT_RULES } from './injection-javascript.ts';
import type { ReviewRule } from './rule.ts';
import { SECURITY_JAVASCRIPT_RULES } from './security-javascript.ts';
import { SECURITY_PYTHON_RULES } from './security-python.ts';
import { TESTS_JAVASCRIPT_RULES } from './tests-javascript.ts';

/** Every rule that is matched on syntax trees. A pair of id and language occurs once. */
export const REVIEW_RULES: readonly ReviewRule[] = [
  ...INJECTION_JAVASCRIPT_RULES,
  ...SECURITY_JAVASCRIPT_RULES,
  ...SECURITY_PYTHON_RULES,
  ...BUG_JAVASCRIPT_RULES,
  ...TESTS_JAVASCRIPT_RULES,
  ...BUG_PYTHON_RULES,
];
