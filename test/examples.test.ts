import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { checkBlocks } from './documents/check-page.ts';
import { readBlocks } from './documents/read-blocks.ts';
import { makeSandbox, type Sandbox } from './documents/sandbox.ts';

const EXAMPLES = new URL('../examples', import.meta.url).pathname;
const folders = readdirSync(EXAMPLES).filter(name => statSync(join(EXAMPLES, name)).isDirectory());
const page = (folder: string): string => readFileSync(join(EXAMPLES, folder, 'README.md'), 'utf8');

describe('every example', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = makeSandbox(inject('product'));
  });
  afterAll(() => sandbox.remove());

  test.each(folders)('%s does what its page shows', folder => {
    const blocks = readBlocks(page(folder));
    expect(blocks.some(block => block.kind === 'sh')).toBe(true);
    expect(blocks.some(block => block.kind === 'text')).toBe(true);
    checkBlocks(blocks, sandbox);
  });
});

test('examples are numbered without a gap and all stand in the list', () => {
  const list = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  expect(folders.length).toBeGreaterThan(0);
  for (const [index, folder] of folders.entries()) {
    expect(folder.startsWith(`${String(index + 1).padStart(2, '0')}-`), folder).toBe(true);
    expect(list).toContain(`(${folder}/README.md)`);
  }
});

test.each(folders)('the page of %s names every file of its folder', folder => {
  for (const file of readdirSync(join(EXAMPLES, folder))) {
    if (file !== 'README.md' && !file.startsWith('.')) expect(page(folder)).toContain(file);
  }
});
