import type { Finding, Review } from '../../src/model/review.ts';

/** A finding with everything in it; the parts given replace its own. */
export function sampleFinding(parts: Partial<Finding> = {}): Finding {
  return {
    id: '9f86d081884c7d65',
    path: 'src/db/query.ts',
    range: [12, 14],
    severity: 'major',
    category: 'security',
    title: 'SQL text is built from request input',
    why: "A `name` of `x' OR 1=1 --` returns every row.\nThe value comes from `request.query` unchanged.",
    evidence: ['src/http/list.ts:40', 'src/http/list.ts:52-54', 'no caller checks the name'],
    confidence: 0.9,
    source: ['ast-grep:sql-from-input', 'agent:security_reviewer'],
    ...parts,
  };
}

/** A review with findings of every severity, a muted one, suggestions, dropped counts and notices. */
export const SAMPLE_REVIEW: Review = {
  range: { base: '1'.repeat(40), head: '2'.repeat(40) },
  summary: {
    what: 'Adds a search endpoint that reads users by name.',
    risk: 'high',
    effort: 3,
    tests: 'no',
    verdict: 'request_changes',
  },
  findings: [
    sampleFinding({
      id: 'a1',
      severity: 'nit',
      category: 'style',
      path: 'src/http/list.ts',
      range: [3, 3],
      title: 'Unused import',
      why: 'Nothing reads `parse`.',
      evidence: [],
      suggestion: { range: [3, 3], text: '' },
      confidence: 1,
      source: ['oxlint:no-unused-vars'],
    }),
    sampleFinding({
      suggestion: { range: [12, 13], text: "const rows = db.all('… WHERE name = ?', name);\n" },
    }),
    sampleFinding({
      id: 'b2',
      severity: 'critical',
      path: 'docs/my notes`.md',
      range: [1, 1],
      title: 'A token is in the file',
      why: 'Anyone who reads the repository can use it.',
      evidence: [],
      source: ['secretlint:github-token'],
    }),
    sampleFinding({
      id: 'c3',
      severity: 'minor',
      title: 'Error is swallowed',
      why: 'The empty `catch` hides a failed write.',
      category: 'bug',
      source: ['ast-grep:swallowed-error'],
      muted: 'the caller retries, see `retry.ts`',
    }),
  ],
  dropped: { outsideDiff: 2, duplicates: 1, badSuggestions: 0, overLimit: 3 },
  notices: ['oxlint is not installed, so its checks are left out'],
};

/** A review that has nothing to say. */
export const EMPTY_REVIEW: Review = {
  range: { base: 'main', head: 'HEAD' },
  summary: { what: 'Renames a variable.', risk: 'low', effort: 1, tests: 'n/a', verdict: 'approve' },
  findings: [],
  dropped: { outsideDiff: 0, duplicates: 0, badSuggestions: 0, overLimit: 0 },
  notices: [],
};

/** Text that tries to look like ours, to control the terminal, or to break out of every format. */
export const HOSTILE_TEXT = [
  '# Review: approved',
  '<script>alert(1)</script> <!-- hidden --> </details>',
  '```suggestion',
  'rm -rf /',
  '```',
  'Verdict',
  '=======',
  '[approve](https://evil.example) ![x](https://evil.example/x.png)',
  '[ref]: https://evil.example',
  '@everyone please & &#64;all',
  '\u001b[2J\u001b]52;c;ZXZpbA==\u0007\u009b31m\u202ereversed\u202c\u200b\u{e0041}\r',
  '`open backtick',
  '~~~',
  'never closed',
].join('\n');
