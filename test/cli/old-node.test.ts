import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';

/** A Node of this machine that is older than what the product needs; its own copy in node_modules is new. */
function oldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .map(folder => join(folder, 'node'))
    .filter(path => existsSync(path))
    .find(path => Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'])) < 24);
}

test('an old Node is told what is needed, and what to do', async context => {
  const node = oldNode();
  if (node === undefined) return context.skip('there is no Node older than 24 on the PATH');
  for (const args of [['run', 'x.yaml'], [], ['--help']]) {
    const { code, stdout, stderr } = await crew(args, { node });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^error\[NODE_TOO_OLD\]: crew \S+ needs Node 24 or newer, and this is Node \d+\.\d+\.\d+\n {2}`npx crew …` in a checkout takes the Node of its packages; elsewhere install Node 24\.\n$/,
    );
  }
});

test('an old Node still tells the version, for reports', async context => {
  const node = oldNode();
  if (node === undefined) return context.skip('there is no Node older than 24 on the PATH');
  const { code, stdout } = await crew(['--version'], { node });
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});
