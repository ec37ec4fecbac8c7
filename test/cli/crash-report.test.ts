import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { reportCrash } from '../../src/cli/crash-report.ts';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';

const KEY = 'sk-canary-7f3a9c1b5d2e';

test('a bug is told in two lines, with a report that holds the stack and no key', () => {
  let told = '';
  const terminal = {
    ...libraryTerminal('/', { OPENAI_API_KEY: KEY, EMPTY_TOKEN: '', SHORT_KEY: 'at' }),
    stderr: (text: string) => {
      told += text;
    },
  };
  const error = new Error(`unexpected ${KEY}\u001b[2J`, { cause: new Error(`header ${KEY}`) });
  expect(reportCrash(error, ['run', `-i=${KEY}`], terminal)).toBe(70);
  expect(told).toMatch(/^crew: this is a bug in crew.*\n {2}A report is in .*\n$/);
  expect(told).not.toContain('\u001b');
  const path = told.trimEnd().split(' ').at(-1) ?? '';
  const report = readFileSync(path, 'utf8');
  rmSync(dirname(path), { recursive: true });
  expect(report).toMatch(/^\s+at /m);
  expect(report).toContain('caused by');
  expect(told + report).not.toContain(KEY);
  expect(report).toContain('[OPENAI_API_KEY]');
});
