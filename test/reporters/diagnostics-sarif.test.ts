import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { formatDiagnosticsSarif } from '../../src/reporters/diagnostics-sarif.ts';

const AT = {
  file: 'crews/näh [x](y).crew.yaml',
  start: { line: 3, column: 5, offset: 40 },
  end: { line: 3, column: 9, offset: 44 },
};
const FOUND: readonly Diagnostic[] = [
  {
    code: 'unknown-role',
    severity: 'error',
    range: AT,
    message: '`x` is not a role',
    hint: 'did you mean `y`?',
  },
  { code: 'unused-role', severity: 'warning', range: AT, message: 'The role [a](http://b) is never used' },
  { code: 'no-budget', severity: 'info', range: AT, message: 'Nothing limits\u001b[31m it' },
];
const options = {
  version: '1.2.3',
  meaningOf: (code: string) => (code === 'unknown-role' ? 'No such role.' : undefined),
};

test('each diagnostic is one result with its rule, its level and its place', () => {
  const log = JSON.parse(formatDiagnosticsSarif(FOUND, options));
  const [run] = log.runs;
  expect(log.version).toBe('2.1.0');
  expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual([
    'no-budget',
    'unknown-role',
    'unused-role',
  ]);
  expect(run.results.map((one: { level: string; ruleIndex: number }) => [one.level, one.ruleIndex])).toEqual([
    ['error', 1],
    ['warning', 2],
    ['note', 0],
  ]);
  expect(run.results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'crews/n%C3%A4h%20%5Bx%5D(y).crew.yaml', uriBaseId: '%SRCROOT%' },
    region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 9 },
  });
  expect(run.results[0].message.text).toBe('`x` is not a role\ndid you mean `y`?');
});

test('foreign text brings neither links nor control characters', () => {
  const text = formatDiagnosticsSarif(FOUND, options);
  expect(text).not.toContain('\u001b');
  expect(text).toContain('\\\\[a](http://b)');
});

test('no diagnostics are a log without results', () => {
  expect(JSON.parse(formatDiagnosticsSarif([], options)).runs[0].results).toEqual([]);
});

test('an absolute path is a URL and not below the root of the sources', () => {
  const text = formatDiagnosticsSarif(
    [{ code: 'a', severity: 'error', range: { ...AT, file: '/a b.yaml' }, message: 'm' }],
    options,
  );
  const { artifactLocation } = JSON.parse(text).runs[0].results[0].locations[0].physicalLocation;
  expect(artifactLocation).toEqual({ uri: 'file:///a%20b.yaml' });
});
