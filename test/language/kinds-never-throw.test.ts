import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { formatDiagnostics } from '../../src/reporters/diagnostics-text.ts';
import { fc } from '../laws.ts';
import { CATALOG } from './catalog.ts';

const folder = new URL('./fixtures/golden/', import.meta.url);

function readGolden(name: string): string | undefined {
  const file = new URL(name, folder);
  return /^[\w.-]+$/.test(name) && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Whatever became of the file, the answer is errors with places inside it, or a crew that compiles. */
function expectAnswer(changed: string, text: string, main: string): void {
  const readSource = (path: string): string | undefined => (path === changed ? text : readGolden(path));
  const { crew, diagnostics, sources, sourceMap } = loadCrew({ path: main, readSource, catalog: CATALOG });
  expect(crew === undefined).toBe(diagnostics.some(row => row.severity === 'error'));
  for (const { range } of diagnostics) {
    expect(range.start.offset).toBeLessThanOrEqual(range.end.offset);
    expect(range.end.offset).toBeLessThanOrEqual(sources.get(range.file)?.length ?? 0);
  }
  expect(formatDiagnostics(diagnostics, sources, { color: false })).toBeTypeOf('string');
  if (crew === undefined) return;
  const { machine } = compileCrew(crew, { sourceMap, catalog: CATALOG });
  expect(createMachine(JSON.parse(JSON.stringify(machine)))).toBeDefined();
}

const MAIN: readonly (readonly [changed: string, main: string])[] = [
  ['kinds-good.yaml', 'kinds-good.yaml'],
  ['inner-good.yaml', 'inner-good.yaml'],
  ['subscribe-good.yaml', 'subscribe-good.yaml'],
  ['crew-phases-good.yaml', 'crew-phases-good.yaml'],
  ['part-reusable.sop.yaml', 'crew-phases-good.yaml'],
  ['part-inner.crew.yaml', 'crew-phases-good.yaml'],
  ['include-sop-with-players.yaml', 'include-sop-with-players.yaml'],
];

/** Words and numbers that stand at the place of others are what slips and merges leave behind. */
const WORDS = [
  '0',
  '-1',
  '1e9',
  'true',
  'null',
  '[]',
  '{}',
  '""',
  'talk',
  'each',
  'author',
  'next',
  'done',
  '*a',
  '"{{ x }}"',
];

test.each(MAIN)('a word of %s that became another one is answered', (changed, main) => {
  const tokens = (readGolden(changed) ?? '').split(/(\s+|[[\]{},:]|"[^"]*")/);
  const change = fc.tuple(
    fc.nat(tokens.length - 1),
    fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...tokens)),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), changes => {
      const copy = [...tokens];
      for (const [index, word] of changes) copy[index] = word;
      expectAnswer(changed, copy.join(''), main);
    }),
    { numRuns: 200 },
  );
});

test('a SOP that names itself or a chain of crews without an end is answered', () => {
  const sop = `version: 1
sop: again
roles: [a]
start: x
phases: { x: { crew: again.sop.yaml, next: y }, y: { end: success, result: "{{ x }}" } }
`;
  const { diagnostics } = loadSop({ path: 'again.sop.yaml', readSource: () => sop, catalog: CATALOG });
  expect(diagnostics.map(row => row.code)).toContain('include-cycle');
  const chain = (path: string): string => `version: 1
crew: deep
goal: Go down.
budget: { calls: 1 }
start: x
phases:
  x: { parallel: { a: { crew: n${path}.yaml }, b: { crew: m${path}.yaml } }, next: y }
  y: { end: success, result: "{{ x }}" }
`;
  const found = loadCrew({ path: 'a.yaml', readSource: path => chain(path.slice(0, -5)), catalog: CATALOG });
  expect(found.diagnostics.some(row => row.code === 'too-deep')).toBe(true);
  expect(found.crew).toBeUndefined();
});
