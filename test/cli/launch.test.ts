import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';

/** A Node of this machine that is older than what the product needs. */
function oldNode(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'node'))
    .filter(path => existsSync(path))
    .find(path => Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'])) < 24);
}

/** As `npm link` leaves it: a word on the PATH that leads into the checkout. */
function linked(): string {
  const word = join(makeFolder(), 'crew');
  symlinkSync(join(inject('product'), 'src/cli/launch.mjs'), word);
  return word;
}

test('a linked `crew` takes the Node of its packages where that of the system is too old', context => {
  const node = oldNode();
  if (node === undefined) return context.skip('there is no Node older than 24 on the PATH');
  const call = (args: readonly string[]) => spawnSync(node, [linked(), ...args], { encoding: 'utf8' });
  const checked = call(['explain', 'template-syntax']);
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  expect(checked.stdout).toContain('template-syntax');
  expect(call(['explain', 'no-such-code']).status).toBe(2);
});

test('a signal reaches the program behind it, and its end is told', async context => {
  const node = oldNode();
  if (node === undefined) return context.skip('there is no Node older than 24 on the PATH');
  const child = spawn(node, [linked(), 'ask', '-'], { cwd: makeFolder() });
  let told = '';
  child.stderr.on('data', piece => {
    told += String(piece);
  });
  const ended = new Promise<readonly [number | null, string | null]>(resolve =>
    child.on('close', (code, signal) => resolve([code, signal])),
  );
  // It waits for its question; nothing is said before it reads.
  await expect.poll(() => told, { timeout: 20_000 }).toContain('stdin');
  child.kill('SIGTERM');
  expect(await ended).toSatisfy(([code, signal]) => code === 143 || signal === 'SIGTERM');
});
