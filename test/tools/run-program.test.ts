import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CrewError } from '../../src/model/crew-error.ts';
import { runProgram } from '../../src/tools/run-program.ts';
import { isAlive, until } from '../machine.ts';
import { calm, failureOf } from './tool-call.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'crew-test-'));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const shell = (script: string) => ({ program: 'sh', args: ['-c', script], cwd, signal: calm() });

function pidIn(file: string): number {
  return Number(existsSync(join(cwd, file)) ? readFileSync(join(cwd, file), 'utf8') : 0);
}

test('arguments are not read by a shell', async () => {
  const args = ['-p', 'process.argv.slice(1).join("|")', '--', '$(touch trapped); `id`', 'a b', "'"];
  const result = await runProgram({ program: process.execPath, args, cwd, signal: calm() });
  expect(result.stdout.toString()).toBe("$(touch trapped); `id`|a b|'\n");
  expect(existsSync(join(cwd, 'trapped'))).toBe(false);
});

test('a non-zero exit code is a result, with the end of the standard error', async () => {
  const result = await runProgram(shell('seq 1 9999 >&2; echo out; exit 3'));
  expect(result).toMatchObject({ exitCode: 3, cut: false });
  expect(result.stdout.toString()).toBe('out\n');
  expect(result.stderr.endsWith('9998\n9999')).toBe(true);
  expect(result.stderr.length).toBeLessThanOrEqual(4096);
});

test('the input reaches the program, and one that does not read it is no failure', async () => {
  const read = await runProgram({ ...shell('cat'), input: 'some text' });
  expect(read.stdout.toString()).toBe('some text');
  const unread = await runProgram({ ...shell('exit 0'), input: 'x'.repeat(10_000_000) });
  expect(unread.exitCode).toBe(0);
});

test('output over the cap ends the program and is cut exactly', async () => {
  const result = await runProgram({ ...shell('yes'), maxStdoutBytes: 100_001 });
  expect(result.cut).toBe(true);
  expect(result.stdout.length).toBe(100_001);
});

test('a reader that has enough ends the program', async () => {
  let bytes = 0;
  const onStdout = (chunk: Buffer) => {
    bytes += chunk.length;
    return bytes < 1000;
  };
  const result = await runProgram({ ...shell('yes'), onStdout });
  expect(result).toMatchObject({ cut: true, exitCode: null });
});

test('what a reader throws is passed on, and the program is ended', async () => {
  const onStdout = () => {
    throw new Error('cannot read this');
  };
  await expect(runProgram({ ...shell('yes'), onStdout })).rejects.toThrow('cannot read this');
});

test('aborting kills the program and everything that it started', async () => {
  const abort = new AbortController();
  const script = 'sleep 600 & echo $! > child; echo $$ > parent; wait';
  const running = failureOf(runProgram({ ...shell(script), signal: abort.signal }));
  await until(() => pidIn('parent') > 0);
  abort.abort();
  expect((await running).code).toBe('TOOL_FAILED');
  await until(() => !isAlive(pidIn('child')) && !isAlive(pidIn('parent')));
});

test('what a program leaves behind is killed when it ends', async () => {
  const result = await runProgram(shell('sleep 600 & echo $! > child'));
  expect(result.exitCode).toBe(0);
  await until(() => !isAlive(pidIn('child')));
});

test('with a grace, a program may tidy up before it is killed', async () => {
  const abort = new AbortController();
  const script = "trap 'echo tidied > note; exit 0' TERM; echo $$ > parent; while :; do sleep 0.01; done";
  const running = failureOf(runProgram({ ...shell(script), signal: abort.signal, graceMs: 60_000 }));
  await until(() => pidIn('parent') > 0);
  abort.abort();
  expect((await running).code).toBe('TOOL_FAILED');
  expect(readFileSync(join(cwd, 'note'), 'utf8')).toBe('tidied\n');
});

test('with a grace, a descendant that left the group cannot keep the call open', async () => {
  const script = 'setsid sleep 600 & echo $! > child; echo done';
  const result = await runProgram({ ...shell(script), graceMs: 100 });
  expect(result.stdout.toString()).toBe('done\n');
  process.kill(pidIn('child'), 'SIGKILL');
});

test('a reader of the standard error that has enough ends the program', async () => {
  const result = await runProgram({ ...shell('yes >&2'), onStderr: () => false });
  expect(result).toMatchObject({ cut: true, exitCode: null });
});

test('an abort that came before starts nothing', async () => {
  const reason = new CrewError('PHASE_TIMEOUT', 'the phase is over');
  const call = { ...shell('touch started'), signal: AbortSignal.abort(reason) };
  await expect(runProgram(call)).rejects.toBe(reason);
  expect(existsSync(join(cwd, 'started'))).toBe(false);
});

test('too long is TOOL_FAILED', async () => {
  const failure = await failureOf(runProgram({ ...shell('sleep 600'), timeoutMs: 50 }));
  expect(failure).toMatchObject({ code: 'TOOL_FAILED' });
  expect(failure.message).toContain('50 ms');
});

test('a missing program and a missing folder are told apart', async () => {
  const program = { program: 'no-such-program', args: [], cwd, signal: calm() };
  expect((await failureOf(runProgram(program))).code).toBe('TOOL_MISSING');
  const folder = { ...shell('true'), cwd: join(cwd, 'missing') };
  const failure = await failureOf(runProgram(folder));
  expect(failure.code).toBe('TOOL_FAILED');
  expect(failure.message).toContain('missing');
});

test('many at once leave no listener behind', async () => {
  const before = process.listenerCount('exit');
  await Promise.all(Array.from({ length: 20 }, () => runProgram(shell('true'))));
  expect(process.listenerCount('exit')).toBe(before);
});
