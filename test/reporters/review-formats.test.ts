import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { type Review, SEVERITIES } from '../../src/model/review.ts';
import { failsGate } from '../../src/reporters/fails-gate.ts';
import { formatReview, REVIEW_FORMATS, type ReviewFormat } from '../../src/reporters/format-review.ts';
import { isReview } from '../../src/reporters/is-review.ts';
import { EMPTY_REVIEW, HOSTILE_TEXT, SAMPLE_REVIEW, sampleFinding } from './sample-review.ts';
import { SARIF_SUBSET } from './sarif-subset.ts';

const VERSION = '1.2.3';
const EXTENSIONS = {
  markdown: 'md',
  json: 'json',
  sarif: 'sarif',
  rdjson: 'rdjson',
  github: 'github.json',
} as const satisfies Record<ReviewFormat, string>;

const format = (review: Review, name: ReviewFormat) => formatReview(review, name, { version: VERSION });
const isSarif = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(SARIF_SUBSET);

/** A review with the same text in every free field. */
function reviewOf(text: string): Review {
  return {
    ...SAMPLE_REVIEW,
    range: { base: text, head: text },
    summary: { ...SAMPLE_REVIEW.summary, what: text },
    notices: [text],
    findings: [
      sampleFinding({
        id: text,
        path: text,
        title: text,
        why: text,
        evidence: [text, `${text}:3`],
        source: [text],
        suggestion: { range: [12, 12], text },
      }),
      sampleFinding({ id: 'm', title: text, source: [text], muted: text }),
    ],
  };
}

const TRICKY_TEXTS = [
  HOSTILE_TEXT,
  '',
  ' ',
  '`',
  '``` `` `',
  'a/b c/%2e%2e/ü#?.ts',
  '\ud800',
  '[x](1) {0}',
  '\\',
  '../../etc',
];

describe.each(REVIEW_FORMATS)('a review as %s', name => {
  it('reads as it is meant to', async () => {
    const fixture = (kind: string) => `fixtures/review-${kind}.${EXTENSIONS[name]}`;
    await expect(format(SAMPLE_REVIEW, name)).toMatchFileSnapshot(fixture('sample'));
    await expect(format(EMPTY_REVIEW, name)).toMatchFileSnapshot(fixture('empty'));
  });

  it('never carries a control, bidi or zero-width character, whatever the fields say', () => {
    for (const text of TRICKY_TEXTS) {
      const shown = format(reviewOf(text), name);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b]/);
      expect(shown.endsWith('\n')).toBe(true);
    }
  });
});

describe('a review as SARIF', () => {
  it.each([
    ['sample', SAMPLE_REVIEW],
    ['empty', EMPTY_REVIEW],
    ...TRICKY_TEXTS.map((text, index) => [`tricky ${index}`, reviewOf(text || 'x')] as const),
  ] as const)('is valid SARIF 2.1.0: %s', (_name, review) => {
    isSarif(JSON.parse(format(review, 'sarif')));
    expect(isSarif.errors ?? []).toEqual([]);
  });

  it('keeps every result on its rule', () => {
    const [run] = JSON.parse(format(SAMPLE_REVIEW, 'sarif')).runs;
    for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(run.tool.driver.version).toBe(VERSION);
  });

  it('files agents under crewfile and names a suppression for muted findings only', () => {
    const review = {
      ...SAMPLE_REVIEW,
      findings: [sampleFinding({ source: ['agent:lead'] }), sampleFinding({ muted: 'known' })],
    };
    const { results } = JSON.parse(format(review, 'sarif')).runs[0];
    expect(results[0].ruleId).toBe('crewfile:security');
    expect(results[0].suppressions).toEqual([]);
    expect(results[1].suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'known' },
    ]);
  });

  it('encodes paths and makes no links of foreign text', () => {
    const review = {
      ...SAMPLE_REVIEW,
      findings: [sampleFinding({ path: 'a b/ü%#?:x.ts', title: '[click](https://evil.example)', why: '' })],
    };
    const [result] = JSON.parse(format(review, 'sarif')).runs[0].results;
    const { uri } = result.locations[0].physicalLocation.artifactLocation;
    expect(uri).toBe('a%20b/%C3%BC%25%23%3F%3Ax.ts');
    expect(decodeURIComponent(uri)).toBe('a b/ü%#?:x.ts');
    expect(result.message.text).toBe('\\[click](https://evil.example)');
  });
});

describe('a review as a GitHub review', () => {
  const request = (review: Review) => JSON.parse(format(review, 'github'));

  it.each([
    ['approve', 'APPROVE'],
    ['comment', 'COMMENT'],
    ['request_changes', 'REQUEST_CHANGES'],
  ] as const)('turns %s into %s', (verdict, event) => {
    expect(request({ ...EMPTY_REVIEW, summary: { ...EMPTY_REVIEW.summary, verdict } }).event).toBe(event);
  });

  it('puts a suggestion on the lines that it replaces, in a fence longer than its own backticks', () => {
    const suggestion = { range: [12, 13] as const, text: 'a\n````\nb' };
    const [comment] = request({ ...SAMPLE_REVIEW, findings: [sampleFinding({ suggestion })] }).comments;
    expect(comment).toMatchObject({
      path: 'src/db/query.ts',
      start_line: 12,
      start_side: 'RIGHT',
      line: 13,
      side: 'RIGHT',
    });
    expect(comment.body).toContain('\n`````suggestion\na\n````\nb\n`````\n');
    expect(comment.body).toContain('lines 12-14');
  });

  it('does not offer to apply what people cannot see', () => {
    const suggestion = { range: [12, 12] as const, text: 'if (isAdmin\u202e) {' };
    const [comment] = request({ ...SAMPLE_REVIEW, findings: [sampleFinding({ suggestion })] }).comments;
    expect(comment.body).not.toContain('```suggestion');
    expect(comment.body).toContain('if (isAdmin\\u{202e}) {');
  });

  it('offers only our suggestion, never one from the text of an agent', () => {
    const [comment] = request({
      ...SAMPLE_REVIEW,
      findings: [sampleFinding({ why: HOSTILE_TEXT })],
    }).comments;
    expect(comment.body).not.toMatch(/^`{3,}suggestion/m);
  });

  it('leaves muted findings out and names a commit only when the head is one', () => {
    expect(request(SAMPLE_REVIEW).comments).toHaveLength(3);
    expect(request(SAMPLE_REVIEW).commit_id).toBe('2'.repeat(40));
    expect(request(EMPTY_REVIEW)).not.toHaveProperty('commit_id');
  });

  it('stays below the limit of a body and never cuts inside a fence', () => {
    const suggestion = { range: [1, 1] as const, text: 'x'.repeat(70_000) };
    const [comment] = request({ ...SAMPLE_REVIEW, findings: [sampleFinding({ suggestion })] }).comments;
    expect(comment.body.length).toBeLessThan(65_536);
    expect(comment.body).not.toContain('```');
    expect(comment.body).toContain('too long');
  });
});

describe('a review as rdjson', () => {
  it('names whole lines, deletes with their line ends, and leaves muted findings out', () => {
    const { diagnostics } = JSON.parse(format(SAMPLE_REVIEW, 'rdjson'));
    expect(diagnostics.map((diagnostic: { severity: string }) => diagnostic.severity)).toEqual([
      'ERROR',
      'ERROR',
      'INFO',
    ]);
    expect(diagnostics[1].suggestions).toEqual([
      {
        range: { start: { line: 12 }, end: { line: 13 } },
        text: "const rows = db.all('… WHERE name = ?', name);",
      },
    ]);
    expect(diagnostics[2].suggestions).toEqual([
      { range: { start: { line: 3, column: 1 }, end: { line: 4, column: 1 } }, text: '' },
    ]);
  });
});

describe('a review as Markdown', () => {
  it('is coloured without changing a word', () => {
    const colored = formatReview(SAMPLE_REVIEW, 'markdown', { version: VERSION, color: true });
    expect(colored).toContain('\u001b[32mconst rows');
    expect(colored).toContain('\u001b[36m## Nit (1)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colour codes are what is looked at
    expect(colored.replace(/\u001b\[\d*m/g, '')).toBe(format(SAMPLE_REVIEW, 'markdown'));
  });

  it('is short when there is nothing to say', () => {
    expect(format(EMPTY_REVIEW, 'markdown').split('\n').length).toBeLessThanOrEqual(6);
  });
});

describe('isReview', () => {
  it('knows a review, also after a trip through JSON and with further fields', () => {
    expect(isReview(SAMPLE_REVIEW)).toBe(true);
    expect(isReview({ ...JSON.parse(JSON.stringify(EMPTY_REVIEW)), extra: 1 })).toBe(true);
  });

  it.each([
    null,
    [],
    'review',
    {},
    { ...SAMPLE_REVIEW, findings: {} },
    { ...SAMPLE_REVIEW, notices: [1] },
    { ...SAMPLE_REVIEW, dropped: { ...SAMPLE_REVIEW.dropped, duplicates: -1 } },
    { ...SAMPLE_REVIEW, summary: { ...SAMPLE_REVIEW.summary, effort: 6 } },
    { ...SAMPLE_REVIEW, summary: { ...SAMPLE_REVIEW.summary, verdict: 'toString' } },
    ...[
      { severity: 'fatal' },
      { range: [0, 1] },
      { range: [3, 2] },
      { range: [1, 2, 3] },
      { range: [1, 1.5] },
      { confidence: 1.1 },
      { confidence: Number.NaN },
      { path: '' },
      { muted: null },
      { suggestion: { range: [1, 1] } },
      { source: 'oxlint' },
      { title: undefined },
    ].map(wrong => ({ ...SAMPLE_REVIEW, findings: [{ ...sampleFinding(), ...wrong }] })),
  ])('refuses %j', value => {
    expect(isReview(value)).toBe(false);
  });

  it('does not take inherited fields', () => {
    expect(isReview(Object.create(SAMPLE_REVIEW))).toBe(false);
  });
});

describe('failsGate', () => {
  it('counts findings that are as severe or worse and not muted', () => {
    for (const [found, severity] of SEVERITIES.entries()) {
      for (const [limit, threshold] of SEVERITIES.entries()) {
        const review = (muted: { muted?: string }) => ({
          ...EMPTY_REVIEW,
          findings: [sampleFinding({ severity, ...muted })],
        });
        expect(failsGate(review({}), threshold), `${severity} at ${threshold}`).toBe(found <= limit);
        expect(failsGate(review({ muted: 'known' }), threshold)).toBe(false);
      }
    }
    expect(failsGate(EMPTY_REVIEW, 'nit')).toBe(false);
  });
});
