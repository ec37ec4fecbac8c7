import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadCrew } from '../../src/language/load-crew.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';
import { GOOD_CREWS } from './corpus/good-crews.ts';
import { TRIAGE_CREW } from './corpus/triage-crew.ts';

const RUNS = Number(process.env.MUTATIONS ?? 1000);
const FILES = [TRIAGE_CREW, ...GOOD_CREWS.map(({ text }) => text)];
const file = fc.constantFrom(...FILES);
const slowest = { ms: 0, text: '' };

/** Whatever the text, the answer is a crew or errors. */
function expectAnswer(text: string): void {
  const before = performance.now();
  const { crew, diagnostics } = loadCrew({
    path: 'a.yaml',
    readSource: sourceOf({ 'a.yaml': text }),
    catalog: CATALOG,
  });
  const ms = performance.now() - before;
  if (ms > slowest.ms) Object.assign(slowest, { ms, text });
  expect(crew === undefined).toBe(diagnostics.some(row => row.severity === 'error'));
  for (const { range, message } of diagnostics) {
    expect(range.start.line).toBeGreaterThan(0);
    expect(message).not.toMatch(/undefined|\[object|NaN/);
  }
}

test('a file with changed bytes is answered', () => {
  const patch = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      '',
      '{{',
      '}}',
      '{%',
      '%}',
      '"',
      "'",
      ': ',
      '- ',
      '\n',
      '\t',
      '&a ',
      '*a',
      '[',
      ']',
      '| ',
      '#',
      '$ref',
      'null',
      '9e99',
      '.',
      '[0]',
    ),
  );
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), patch), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(file, changes, (text, edits) => {
      let changed = text;
      for (const [share, length, inserted] of edits) {
        const at = Math.floor(share * changed.length);
        changed = changed.slice(0, at) + inserted + changed.slice(at + length);
      }
      expectAnswer(changed);
    }),
    { numRuns: RUNS },
  );
});

/** Every place of a value, as a list of keys. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function changeAt(
  root: unknown,
  path: readonly string[],
  change: (holder: Record<string, unknown>, key: string) => void,
): void {
  const holder = path.slice(0, -1).reduce((one, key) => (one as Record<string, unknown>)?.[key], root);
  const key = path.at(-1);
  if (typeof holder === 'object' && holder !== null && key !== undefined)
    change(holder as Record<string, unknown>, key);
}

test('a file with parts taken out, put elsewhere or made another kind is answered', () => {
  const pick = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const kinds: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1e21,
    '',
    'x',
    '{{ x.y }}',
    [],
    {},
    [[]],
    { a: { b: [] } },
    'role',
    'p0',
  ];
  const edit = fc.tuple(pick, pick, fc.constantFrom('drop', 'copy', 'kind'), fc.constantFrom(...kinds));
  fc.assert(
    fc.property(file, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      const root: unknown = structuredClone(parse(text));
      for (const [at, from, what, value] of edits) {
        const places = placesIn(root);
        const target = places[Math.floor(at * places.length)] ?? [];
        const source = places[Math.floor(from * places.length)] ?? [];
        const copied = structuredClone(
          source.reduce((one, key) => (one as Record<string, unknown>)?.[key], root),
        );
        changeAt(root, target, (holder, key) => {
          if (what === 'drop') delete holder[key];
          else holder[key] = what === 'copy' ? copied : structuredClone(value);
        });
      }
      expectAnswer(stringify(root));
    }),
    { numRuns: RUNS },
  );
  if (process.env.MUTATIONS !== undefined) console.log('slowest', slowest.ms, slowest.text.length);
});
