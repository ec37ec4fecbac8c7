import { describe, expect, test } from 'vitest';
import { DIAGNOSTIC_CODES } from '../../src/language/diagnostic-codes.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { CATALOG, sourceOf } from './catalog.ts';
import { BROKEN_CREWS as BROKEN_PHASES } from './corpus/broken-crews.ts';
import { BROKEN_KINDS } from './corpus/broken-kinds.ts';
import { GOOD_CREWS } from './corpus/good-crews.ts';
import { TRIAGE_CREW } from './corpus/triage-crew.ts';

const BROKEN_CREWS = [...BROKEN_PHASES, ...BROKEN_KINDS];

function check(text: string): readonly string[] {
  const readSource = sourceOf({ 'a.crew.yaml': text, 'text.js': 'broken (' });
  const { diagnostics } = loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
  return diagnostics.map(({ code, range }) => `${range.start.line} ${code}`);
}

test('the crew that the broken ones are made of has no mistake', () => {
  expect(check(TRIAGE_CREW)).toEqual([]);
});

describe('one mistake is answered once, with its code and at its line', () => {
  test.each(BROKEN_CREWS.map(one => [one.name, one] as const))('%s', (_name, { text, line, code }) => {
    expect(check(text)).toEqual([`${line} ${code}`]);
  });
});

test('the corpus has more than a hundred broken files, each of a kind of its own', () => {
  expect(new Set(BROKEN_CREWS.map(({ text }) => text)).size).toBe(BROKEN_CREWS.length);
  expect(BROKEN_CREWS.length).toBeGreaterThan(100);
  for (const { code } of BROKEN_CREWS) expect(Object.keys(DIAGNOSTIC_CODES)).toContain(code);
});

describe('a good file is answered with nothing', () => {
  test.each(GOOD_CREWS.map(one => [one.name, one] as const))('%s', (_name, { text }) => {
    expect(check(text)).toEqual([]);
  });
});

test('the corpus has more than sixty good files, each of a name of its own', () => {
  expect(new Set(GOOD_CREWS.map(({ name }) => name)).size).toBe(GOOD_CREWS.length);
  expect(GOOD_CREWS.length).toBeGreaterThan(60);
});
