import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ERROR_CODES } from '../src/model/crew-error.ts';
import { checkBlocks } from './documents/check-page.ts';
import { outputPattern, readBlocks } from './documents/read-blocks.ts';
import { makeSandbox, type Sandbox } from './documents/sandbox.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('README.md', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = makeSandbox(inject('product'));
  });
  afterAll(() => sandbox.remove());

  test('every command, file and output is true', () => checkBlocks(readBlocks(readme), sandbox), 180_000);

  test('starts with the two commands of a newcomer', () => {
    expect(
      readBlocks(readme)
        .slice(0, 2)
        .map(block => block.text),
    ).toEqual(['npm ci && npx crew run crews/code-review.crew.yaml', 'npm ci && npm test']);
  });

  test('the table of exit codes has exactly the codes that there are', () => {
    const rows = [...readme.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes = '']) =>
      codes.split(', ').map(Number),
    );
    const known = new Set([0, 70, ...Object.values(ERROR_CODES).map(row => row.exitCode)]);
    expect(rows.toSorted()).toEqual([...known].toSorted());
  });
});

test('links between our pages lead somewhere', () => {
  const pages = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    path => path.endsWith('.md') && !/^(node_modules|dist|\.)|\/(node_modules|fixtures)\//.test(path),
  );
  const dead = pages.flatMap(page =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!\w+:|#)([^)#]+)/g)]
      .filter(([, target = '']) => !existsSync(join(ROOT, dirname(page), target)))
      .map(([, target]) => `${page}: ${target}`),
  );
  expect(pages.length).toBeGreaterThan(10);
  expect(dead).toEqual([]);
});

describe('reading pages', () => {
  test('finds blocks with their language, note and line', () => {
    expect(readBlocks('a\n```text stderr\nb\n```\n')).toEqual([
      { kind: 'text', note: 'stderr', line: 2, text: 'b' },
    ]);
  });
  test.each(['```sh\nnever closed', '```\nno language\n```'])('refuses %j', page => {
    expect(() => readBlocks(page)).toThrow();
  });
  test.each([
    ['a\nb', 'a\nb\n', true],
    ['a\nb', 'a\nc\n', false],
    ['a\nb', 'a\nb\nc\n', false],
    ['a …', 'a 12 ms\n', true],
    ['a\n…\nz', 'a\nb\nc\nz\n', true],
    ['a\n…\nz', 'a\nb\nc\n', false],
    ['a.c', 'abc\n', false],
  ])('what shows %j fits %j: %s', (shown, output, fits) => {
    expect(outputPattern(shown).test(output)).toBe(fits);
  });
});
