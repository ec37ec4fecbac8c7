import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const NOTES = new URL('../../examples/30-mcp-server', import.meta.url).pathname;

let folder = '';
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });

test('a run whose server cannot be started waits, and goes on when it can be', async () => {
  cpSync(NOTES, folder, { recursive: true });
  const program = join(folder, 'own-node');
  const yaml = readFileSync(join(NOTES, 'notes.crew.yaml'), 'utf8');
  writeFileSync(join(folder, 'notes.crew.yaml'), yaml.replace('command: node', 'command: ./own-node'));
  const own = `#!/bin/sh\nexec '${process.execPath}' "$@"\n`;
  writeFileSync(program, own, { mode: 0o755 });
  expect((await call('tools', 'accept', 'notes.crew.yaml', '--yes')).code).toBe(0);
  rmSync(program);
  const run = ['run', 'notes.crew.yaml', '--model', 'script:replies.yaml', '--allow', 'notes.*', '--trust'];
  const waiting = await call(...run, '--run-id', 'run1');
  expect(waiting).toMatchObject({ code: 3, stdout: '' });
  expect(waiting.stderr).toContain('TOOL_MISSING');
  expect((await call('ps', '--json')).stdout).toContain('"status": "open"');
  writeFileSync(program, own, { mode: 0o755 });
  const resumed = await call('resume', 'run1', '--trust');
  expect(resumed.code).toBe(0);
  expect(JSON.parse(resumed.stdout)).toHaveProperty('index');
});
