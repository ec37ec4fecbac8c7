import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const onOneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** The rows of the table: a promise, and the tests that hold it. */
const PROMISES = read('src/decisions/0016-what-a-run-promises.md')
  .split('\n')
  .filter(line => line.startsWith('| ') && !line.startsWith('| promise'))
  .map(line => line.split(' | '))
  .map(([promise = '', tests = '']) => ({
    promise: promise.slice('| '.length),
    tests: tests.replace(/ \|$/, '').split('<br>'),
  }));

test('the promises of a run are those of the README, word for word', () => {
  expect(PROMISES.length).toBeGreaterThan(10);
  const readme = onOneLine(read('README.md'));
  for (const { promise } of PROMISES) expect(readme).toContain(promise);
});

test.each(PROMISES)('is held by tests that are there: $promise', ({ tests }) => {
  for (const each of tests) {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(each) ?? [];
    expect(onOneLine(read(file))).toContain(title);
  }
});
