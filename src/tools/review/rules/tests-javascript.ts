import { callOf, firstArgument } from './fragments.ts';
import { JAVASCRIPT_FAMILY, type ReviewRule } from './rule.ts';

/** TypeScript and JavaScript tests that do not run or cannot fail. */
export const TESTS_JAVASCRIPT_RULES: readonly ReviewRule[] = [
  {
    id: 'focused-test',
    needs: /\.only\b|\bf(it|describe|context)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'tests',
    title: 'Only this test runs',
    why: 'All other tests of the file are skipped in silence, so the suite stays green whatever they would say.',
    confidence: 0.95,
    rule: {
      any: [
        callOf('^(it|test|describe|suite|context|specify)(\\.\\w+)*\\.only$', {
          has: { field: 'arguments', has: { any: [{ kind: 'string' }, { kind: 'template_string' }] } },
        }),
        callOf(
          '^(fit|fdescribe|fcontext)$',
          firstArgument({ any: [{ kind: 'string' }, { kind: 'template_string' }] }),
        ),
      ],
    },
    bad: "it.only('adds', () => {});",
    good: "it('adds', () => {}); fit(model);",
  },
  {
    id: 'skipped-test',
    needs: /\.skip\b|\bx(it|test|describe)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'tests',
    title: 'Test is skipped',
    why: 'What it checks can break from now on and the suite stays green.',
    confidence: 0.7,
    rule: {
      any: [
        callOf('^(it|test|describe|suite|context|specify)(\\.\\w+)*\\.skip$', {
          has: {
            field: 'arguments',
            has: { any: [{ kind: 'string' }, { kind: 'template_string' }], nthChild: 1 },
          },
        }),
        callOf(
          '^(xit|xtest|xdescribe)$',
          firstArgument({ any: [{ kind: 'string' }, { kind: 'template_string' }] }),
        ),
      ],
    },
    bad: "it.skip('adds', () => {});",
    good: "it('adds', () => {}); list.skip(2);",
  },
  {
    id: 'unawaited-expectation',
    needs: /\b(rejects|resolves)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'tests',
    title: 'Expectation is not awaited',
    why: 'The test ends before the promise settles, so it passes even when the expectation fails.',
    confidence: 0.9,
    rule: {
      all: [
        { kind: 'expression_statement' },
        { has: { kind: 'call_expression', regex: '(?s)^expect\\(.*\\)\\s*\\.(rejects|resolves)\\b' } },
      ],
    },
    bad: "it('fails', () => { expect(load()).rejects.toThrow(); });",
    good: "it('fails', async () => { await expect(load()).rejects.toThrow(); });",
  },
  {
    id: 'expectation-without-matcher',
    needs: /\bexpect\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'tests',
    title: 'Expectation checks nothing',
    why: '`expect(value)` alone never fails; a matcher such as `.toBe(…)` is missing.',
    confidence: 0.9,
    rule: { all: [{ kind: 'expression_statement' }, { has: { pattern: 'expect($VALUE)' } }] },
    bad: 'expect(total === 3);',
    good: 'expect(total).toBe(3);',
  },
];
