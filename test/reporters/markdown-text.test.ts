import { describe, expect, it } from 'vitest';
import { fencedBlock, markdownBlock, markdownLine } from '../../src/reporters/markdown-block.ts';
import { codeSpan, markdownInline } from '../../src/reporters/markdown-inline.ts';
import { formatReviewMarkdown } from '../../src/reporters/review-markdown.ts';
import { fc } from '../laws.ts';
import { HOSTILE_TEXT, SAMPLE_REVIEW, sampleFinding } from './sample-review.ts';

describe('markdownInline', () => {
  it.each([
    ['a < b && Promise<string>', 'a < b && Promise\\<string>'],
    ['`a<b>` and *c*', '`a<b>` and *c*'],
    ['an open ` backtick', 'an open \\` backtick'],
    ['``a` <b>', '\\`\\`a\\` \\<b>'],
    ['\\<b>', '\\<b>'],
    ['\\\\<b>', '\\\\\\<b>'],
    ['ends in \\', 'ends in \\\\'],
    ['C:\\temp', 'C:\\temp'],
    ['[a](http://x) ![b](y) [c][d] [e]: f', '[a\\](http://x) ![b\\](y) [c\\][d] [e\\]: f'],
    ['a[0] = b', 'a[0] = b'],
    ['&lt;b&gt; &#64;all a && b', '\\&lt;b\\&gt; \\&#64;all a && b'],
    ['@org/team, \\@me, a@b.c', '`@org/team`, `@me`, a@b.c'],
    ['@me``<b>``', '`@me` `<b>`'],
    ['www.x.y`<b>`', 'www.x.y\\`&lt;b>\\`'],
    ['http://x\\<b>', 'http://x&lt;b>'],
    ['one\ntwo\u001b[2J', 'one two\\u{1b}[2J'],
  ])('writes %j as %j', (text, markdown) => {
    expect(markdownInline(text)).toBe(markdown);
  });
});

describe('codeSpan', () => {
  it.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`a', '`` `a ``'],
    ['', '` `'],
    ['a\nb', '`a b`'],
  ])('writes %j as %j', (text, markdown) => {
    expect(codeSpan(text)).toBe(markdown);
  });

  it('has no run of backticks inside that could close it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '``', 'a', ' ', '\n')), parts => {
        const span = codeSpan(parts.join(''));
        const fence = /^`+/.exec(span)?.[0] ?? '';
        const inside = span.slice(fence.length, -fence.length).match(/`+/g) ?? [];
        expect(span.endsWith(fence)).toBe(true);
        expect(inside.filter(run => run.length === fence.length)).toEqual([]);
      }),
    );
  });
});

describe('markdownBlock', () => {
  it.each([
    ['# Heading', '\\# Heading'],
    ['#123 and -1 stay', '#123 and -1 stay'],
    ['Text\n===', 'Text\n\\==='],
    ['Text\n---', 'Text\n\\---'],
    ['> quote', '\\> quote'],
    ['- # nested', '- \\# nested'],
    ['- - nested', '- \\- nested'],
    ['1. first\n2. second', '1. first\n2. second'],
    ['    indented', 'indented'],
    ['a\n    indented', 'a\nindented'],
    ['~~~\nopen', '\\~~~\nopen'],
    ['```\nopen', '\\`\\`\\`\nopen'],
    ['```ts\n<b> # x\n```\nafter', '```ts\n<b> # x\n```\nafter'],
    ['~~~\na\n```\nb\n~~~', '````\na\n```\nb\n````'],
    ['```suggestion\nrm\n```', '```text\nrm\n```'],
    ['```Mermaid\nx\n```', '```text\nx\n```'],
    ['a\n\n\n\nb', 'a\n\nb'],
    ['a | b\n--|--\nc | d', 'a | b\n\\--|--\nc | d'],
  ])('writes %j as %j', (text, markdown) => {
    expect(markdownBlock(text)).toBe(markdown);
  });

  it('takes only the first 20,000 characters, so that hostile text stays cheap', () => {
    expect(markdownBlock('```a\n'.repeat(100_000)).length).toBeLessThan(60_000);
  });
});

describe('markdownLine', () => {
  it('escapes what would begin a block', () => {
    expect(markdownLine('# Review: approved')).toBe('\\# Review: approved');
    expect(markdownLine('2) x')).toBe('2\\) x');
  });
});

describe('fencedBlock', () => {
  it('has a fence longer than any in its text', () => {
    expect(fencedBlock('a\n`````\n', 'text')).toBe('``````text\na\n`````\n``````');
  });
});

/** What a page is built of, found by the rules for the beginning of a line. */
function structureOf(markdown: string): readonly string[] {
  const structure: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (marks !== undefined && marks.length >= fence.length && line.trim() === marks) fence = undefined;
      continue;
    }
    const isFence = marks !== undefined && !(marks.startsWith('`') && line.slice(marks.length).includes('`'));
    if (isFence) {
      fence = marks;
      if (line.includes('suggestion')) structure.push('suggestion');
    }
    const content = line.replace(/^(?:\s*(?:[-*+]|\d{1,9}[.)])\s+)+/, '');
    if (/^#{1,6}(?:\s|$)/.test(content)) structure.push(/^#+/.exec(content)?.[0] ?? '');
    if (/^(?:>|<[a-z/!?])/i.test(content)) structure.push(content.slice(0, 9));
    if (/^ {0,3}(?:=+|-+|[-*_](?:\s*[-*_]){2,})\s*$/.test(line)) structure.push('rule');
    if (/^(?: {4}|\t)/.test(line)) structure.push('indented');
  }
  return [...structure, fence === undefined ? 'closed' : 'open'];
}

function structureWith(text: string): readonly string[] {
  const filled = { path: `x${text}`, title: text, evidence: [text], source: [text] };
  return structureOf(
    formatReviewMarkdown({
      ...SAMPLE_REVIEW,
      summary: { ...SAMPLE_REVIEW.summary, what: `x${text}` },
      range: { base: text, head: text },
      notices: [text],
      findings: [
        sampleFinding({ ...filled, why: `x${text}`, suggestion: { range: [1, 1], text: 'plain' } }),
        sampleFinding({ ...filled, muted: text }),
      ],
    }),
  );
}

describe('a review as Markdown', () => {
  it('has the same structure whatever agents write', () => {
    const pieces = fc.constantFrom(
      ...[
        '\n',
        '\n\n',
        ' ',
        '    ',
        '\t',
        '\r',
        '# ',
        '## ',
        '> ',
        '- ',
        '* ',
        '1. ',
        '```',
        '```suggestion\n',
        '~~~',
        '`',
      ],
      ...[
        '===',
        '---',
        '***',
        '<b>',
        '</details>',
        '<!--',
        '[a]: x',
        '](x)',
        '|-|',
        '@me',
        'http://x',
        '\\',
        'word',
        '\u202e',
      ],
    );
    const expected = structureWith('word');
    expect(structureWith(HOSTILE_TEXT)).toEqual(expected);
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), parts => {
        expect(structureWith(parts.join(''))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
