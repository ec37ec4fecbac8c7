import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type LoadedCrew, loadCrew } from '../../src/language/load-crew.ts';
import { loadPrompt } from '../../src/language/load-prompt.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { formatDiagnostics } from '../../src/reporters/diagnostics-text.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';

const GOOD = readFileSync(new URL('./fixtures/golden/good.yaml', import.meta.url), 'utf8');
const SOP = readFileSync(new URL('./fixtures/golden/part-hello.sop.yaml', import.meta.url), 'utf8');

function load(text: string, files: Record<string, string> = {}): LoadedCrew {
  const readSource = sourceOf({ ...files, 'a.crew.yaml': text });
  return loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
}

/** Whatever the text, the answer is a crew or errors, every range lies inside its file, and all of it can be drawn. */
function expectAnswer(text: string): void {
  const { crew, diagnostics, sources } = load(text);
  expect(crew === undefined).toBe(diagnostics.some(row => row.severity === 'error'));
  for (const { range } of diagnostics) {
    const length = sources.get(range.file)?.length ?? 0;
    expect(range.start.offset).toBeLessThanOrEqual(range.end.offset);
    expect(range.end.offset).toBeLessThanOrEqual(length);
    expect(range.start.line).toBeGreaterThan(0);
    expect(range.start.column).toBeGreaterThan(0);
  }
  expect(formatDiagnostics(diagnostics, sources, { color: true })).toBeTypeOf('string');
}

describe('loading never throws', () => {
  test('on arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectAnswer), { numRuns: 300 });
  });

  test('on text of YAML and Liquid characters', () => {
    const unit = fc.constantFrom(
      ...'abc:-[]{}\n \t"\'|>&*!%#?,~.1{{}}{%%}'.split(''),
      '\r\n',
      'phases:',
      'role: ',
    );
    fc.assert(fc.property(fc.string({ unit, maxLength: 120 }), expectAnswer), { numRuns: 500 });
  });

  test('on a good file with a stretch cut out, doubled or overwritten', () => {
    const position = fc.nat(GOOD.length);
    const patch = fc.oneof(
      fc.constant(''),
      fc.string({ maxLength: 12 }),
      fc.constantFrom('{{', '}}', '"', ': ', '\n', '\t', '*a', '&a', '[', '%}'),
    );
    const mutated = fc
      .tuple(position, fc.nat(40), patch, fc.boolean())
      .map(([from, length, text, doubled]) => {
        const stretch = doubled ? GOOD.slice(from, from + length).repeat(2) : '';
        return GOOD.slice(0, from) + text + stretch + GOOD.slice(from + length);
      });
    fc.assert(fc.property(mutated, expectAnswer), { numRuns: 600 });
  });

  test('on a good file whose lines are shuffled, indented otherwise or left out', () => {
    const lines = GOOD.split('\n');
    const mutated = fc
      .array(fc.tuple(fc.nat(lines.length - 1), fc.nat(lines.length - 1), fc.constantFrom(0, 1, 2, 4)), {
        maxLength: 4,
      })
      .map(changes => {
        const changed = [...lines];
        for (const [from, to, spaces] of changes) {
          const [line = ''] = changed.splice(Math.min(from, changed.length - 1), 1);
          if (spaces < 4) changed.splice(to, 0, ' '.repeat(spaces) + line);
        }
        return changed.join('\n');
      });
    fc.assert(fc.property(mutated, expectAnswer), { numRuns: 400 });
  });

  test('on any text as a SOP, alone and included', () => {
    const mutated = fc.tuple(fc.nat(SOP.length), fc.nat(30), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(mutated, ([from, length, text]) => {
        const sop = SOP.slice(0, from) + text + SOP.slice(from + length);
        const files = { 'a.sop.yaml': sop };
        loadSop({ path: 'a.sop.yaml', readSource: sourceOf(files), catalog: CATALOG });
        load('version: 1\ncrew: a\ngoal: b\nroles: { host: { goal: c } }\nsop: a.sop.yaml\n', files);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['100,000 open brackets', '['.repeat(100_000)],
    ['100,000 open braces', '{'.repeat(100_000)],
    ['100,000 nested keys', `${'? '.repeat(100_000)}a`],
    ['100,000 dashes', `${'- '.repeat(100_000)}a`],
    ['a flat megabyte', 'a: b\n'.repeat(200_000)],
    ['a long scalar', `version: 1\ngoal: "${'x'.repeat(1_000_000)}"`],
    ['an alias to itself', 'a: &a [*a]'],
    [
      'aliases in a chain',
      `a0: &a0 [1]\n${Array.from({ length: 3000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`).join('\n')}`,
    ],
    [
      'keys of prototypes',
      'version: 1\n__proto__: { a: 1 }\nconstructor: 1\nphases: { constructor: { end: success } }\nstart: constructor\n',
    ],
    ['a null file', '\u0000\u0000'],
    ['half a surrogate', 'goal: \ud800'],
    ['a directive', '%YAML 9.9\n---\na: 1'],
    ['only a byte order mark', '\ufeff'],
  ])('on %s', (_what, text) => {
    expectAnswer(text);
    expect(load(text).crew).toBeUndefined();
  });
});

test('a template of very many tags is refused instead of stalling the check', () => {
  const text = GOOD.replace('{{ collect | json }}', '{{ collect }}'.repeat(5000));
  expect(load(text).diagnostics.map(row => row.code)).toEqual(['template-syntax']);
});

test('a prompt file of very many tags, too', () => {
  const text = `---\ninput: { a: { type: string } }\n---\n${'{{ a }} word\n'.repeat(60_000)}`;
  const readSource = () => text;
  const { diagnostics } = loadPrompt({ path: 'prompts/a.prompt.md', readSource });
  expect(diagnostics.map(row => row.code)).toEqual(['template-syntax']);
});

test('however many mistakes there are, a readable number is reported and there is no crew', () => {
  const { crew, diagnostics } = load(GOOD + 'x: 1\n'.repeat(5000));
  expect(crew).toBeUndefined();
  expect(diagnostics.length).toBeLessThanOrEqual(1000);
});
