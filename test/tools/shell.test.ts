import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Sandbox } from '../../src/model/mcp-server.ts';
import { createShellTools } from '../../src/tools/shell/tools.ts';
import { hasBubblewrap } from '../machine.ts';
import { calm, failureOf } from './tool-call.ts';

let workspace = '';
beforeAll(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'crew-shell-')));
  writeFileSync(join(workspace, 'a.txt'), 'one\n');
  mkdirSync(join(workspace, 'out'));
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

async function run(args: JsonObject, sandbox?: Sandbox, signal = calm()) {
  const [tool] = createShellTools(sandbox);
  return (await tool?.call(args, { workspace, signal, notice: () => undefined })) as JsonObject;
}

describe('shell.run', () => {
  test('runs a program in the workspace, and a failure is a result', async () => {
    expect(await run({ command: ['cat', 'a.txt', 'b.txt'] })).toMatchObject({
      exit_code: 1,
      timed_out: false,
      output: expect.stringContaining('one\n'),
    });
  });

  test('hands arguments and input on as they are', async () => {
    const { output } = await run({ command: ['printf', '%s|', '$HOME', '; ls', '*'] });
    expect(output).toBe('$HOME|; ls|*|');
    expect(await run({ command: ['cat'], input: 'typed' })).toMatchObject({ output: 'typed' });
  });

  test('hides keys and tokens of this process', async () => {
    process.env.CREW_TEST_SECRET = 'hush';
    const { output } = await run({ command: ['env'] });
    delete process.env.CREW_TEST_SECRET;
    expect(output).not.toContain('hush');
  });

  test('stops what takes too long, with what was printed', async () => {
    const result = await run({ command: ['sh', '-c', 'echo begun; sleep 60'], timeout_s: 1 });
    expect(result).toEqual({ exit_code: null, timed_out: true, output: 'begun\n', truncated: false });
  });

  test('fails when it is aborted or there is no such program', async () => {
    const failure = await failureOf(run({ command: ['no-such-program'] }));
    expect(failure.code).toBe('TOOL_MISSING');
    const stopped = AbortSignal.abort();
    expect((await failureOf(run({ command: ['ls'] }, undefined, stopped))).code).toBe('TOOL_FAILED');
  });
});

describe.runIf(hasBubblewrap)('shell.run in a sandbox', () => {
  test('reads and writes only what the sandbox names', async () => {
    const sandbox: Sandbox = { fs: ['ro:.', 'rw:./out'], net: 'none' };
    expect(await run({ command: ['cat', 'a.txt'] }, sandbox)).toMatchObject({ output: 'one\n' });
    expect(await run({ command: ['cp', 'a.txt', 'out/b.txt'] }, sandbox)).toMatchObject({ exit_code: 0 });
    expect(readFileSync(join(workspace, 'out/b.txt'), 'utf8')).toBe('one\n');
    const refused = await run({ command: ['cp', 'a.txt', 'c.txt'] }, sandbox);
    expect(refused.exit_code).not.toBe(0);
    expect((await run({ command: ['cat', '/etc/hostname'] }, sandbox)).exit_code).not.toBe(0);
  });
});
