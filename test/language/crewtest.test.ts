import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCrewTests } from '../../src/language/load-crewtest.ts';
import { fc } from '../laws.ts';

const load = (rows: string) =>
  loadCrewTests('a.crewtest.yaml', `version: 1\ncrew: a.crew.yaml\ntests:\n  x: ${rows}\n`);
const EXPECT_NOTHING = {
  outcome: undefined,
  error: undefined,
  waits: undefined,
  path: undefined,
  result: undefined,
};

test('a test has what it says and sensible defaults', () => {
  const { file, diagnostics } = load('{}');
  expect(diagnostics).toEqual([]);
  expect(file).toMatchObject({ crew: 'a.crew.yaml', tests: [{ name: 'x', inputs: {}, allow: [] }] });
  expect(file?.tests[0]).toMatchObject({
    workspace: { files: undefined, git: false },
    model: { kind: 'offline' },
    expect: { ...EXPECT_NOTHING, artifacts: {}, assert: [] },
  });
});

test('workspaces, answers and money are read in all their forms', () => {
  const { file } = load(
    '{ workspace: ./s, replies: r.yaml, answers: { a: yes, b: [no, yes] }, expect: { result: null, max_usd: 0.05 } }',
  );
  expect(file?.tests[0]).toMatchObject({
    workspace: { files: './s', git: false },
    model: { kind: 'replies', file: 'r.yaml' },
    answers: new Map([
      ['a', ['yes']],
      ['b', ['no', 'yes']],
    ]),
    expect: { result: null, maxMicroUsd: 50_000 },
  });
  const git = load('{ workspace: { git: true }, x-note: mine }');
  expect(git.file?.tests[0]?.workspace).toEqual({ files: undefined, git: true });
  expect(load('{ cassette: c }').file?.tests[0]?.model).toEqual({ kind: 'cassette', file: 'c' });
});

describe('mistakes', () => {
  test.each([
    ['{ expekt: {} }', 'unknown-key', 'did you mean `expect`?'],
    ['{ expect: { outcom: success } }', 'unknown-key', 'did you mean `outcome`?'],
    ['{ workspace: { file: a } }', 'unknown-key', 'did you mean `files`?'],
    ['{ expect: { outcome: ok } }', 'invalid-value', undefined],
    ['{ expect: { error: TOOL_FALED } }', 'invalid-value', 'did you mean `TOOL_FAILED`?'],
    ['{ expect: { assert: ["a | nope"] } }', 'template-unknown-filter', undefined],
    ['{ expect: { path: done } }', 'wrong-type', undefined],
    ['{ cassette: a, answers: { b: c } }', 'idle-setting', 'a recording has everything that a run was given'],
    ['{ model: "openai:gpt-5-mini" }', 'invalid-value', undefined],
    ['3', 'wrong-type', undefined],
  ])('%s is refused at its place', (rows, code, hint) => {
    const { file, diagnostics } = load(rows);
    expect(file).toBeUndefined();
    expect(diagnostics.map(found => found.code)).toEqual([code]);
    expect(diagnostics[0]?.range.start.line).toBe(4);
    if (hint !== undefined) expect(diagnostics[0]?.hint).toBe(hint);
  });

  test.each(['', '[]', 'version: 1', 'version: 1\ncrew: a\ntests: {}\n'])('%j is no file of tests', text => {
    expect(loadCrewTests('a.crewtest.yaml', text).file).toBeUndefined();
  });

  test('whatever stands in a file, it is read or refused', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('a', ['a'], { expect: { assert: ['{{'] } }));
    const keys = fc.constantFrom(
      'inputs',
      'workspace',
      'replies',
      'cassette',
      'answers',
      'allow',
      'expect',
      'x-a',
    );
    fc.assert(
      fc.property(fc.dictionary(keys, value), rows => {
        const { file, diagnostics } = load(JSON.stringify(rows));
        expect(file === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      }),
    );
  });
});

const TESTS = new URL('../../crews/tests', import.meta.url).pathname;
test.each(readdirSync(TESTS).filter(name => name.endsWith('.crewtest.yaml')))(
  '%s is without a mistake',
  name => {
    expect(loadCrewTests(name, readFileSync(join(TESTS, name), 'utf8')).diagnostics).toEqual([]);
  },
);
