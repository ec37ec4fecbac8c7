import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoopbackServer } from '../loopback/reply.ts';
import { isAlive, until } from '../machine.ts';
import { makeFolder, type TestRepository } from '../tools/git-repository.ts';
import { crew, type RunningCrew, reviewCrew, startCrew } from './crew-process.ts';
import { makePlantedRepository } from './planted-repository.ts';
import { reviewScript } from './review-script.ts';
import { serve } from './served-review.ts';
import { makeSlowGit } from './slow-git.ts';

let repository: TestRepository;
const folders: string[] = [];
const servers: LoopbackServer[] = [];

beforeAll(() => {
  repository = makePlantedRepository();
});

afterAll(async () => {
  repository.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await Promise.all(servers.map(server => server.close()));
});

function newFolder(): string {
  const folder = makeFolder();
  folders.push(folder);
  return folder;
}

/** Starts a review whose model server keeps the sixth request waiting. */
async function startHeldReview() {
  let arrived: () => void = () => undefined;
  const isHeld = new Promise<void>(resolve => {
    arrived = resolve;
  });
  let holds = true;
  const served = await serve('anthropic', (request, index) => {
    if (!holds || index < 5) return reviewScript(request, index);
    arrived();
    return { fault: { kind: 'stall', at: 'mid-body' } };
  });
  servers.push(served.server);
  const stateDir = newFolder();
  const call = { from: repository.path, env: served.env };
  const running = startCrew(['run', reviewCrew(), '--model', served.model, '--state-dir', stateDir], call);
  await isHeld;
  const goOn = (runId: string) => {
    holds = false;
    return crew(['resume', runId, '--state-dir', stateDir], call);
  };
  return { running, goOn };
}

const runIdIn = (stderr: string) => /crew resume ([0-9a-f]{12})/.exec(stderr)?.[1] ?? 'none';

/** Longer than the five seconds that a shell may wait, for a machine under load; a hang would be for ever. */
const SOON_MS = 15_000;

async function inTime<Value>(value: Promise<Value>): Promise<Value> {
  const late = sleep(SOON_MS, undefined, { ref: false }).then(() => {
    throw new Error(`not over after ${SOON_MS} ms`);
  });
  return Promise.race([value, late]);
}

/** Once the first signal was heard. */
async function killAgain(running: RunningCrew, signal: NodeJS.Signals): Promise<void> {
  await until(() => running.stderr().includes('Stopping'));
  running.kill(signal);
}

describe.concurrent('a review that is interrupted', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s stops with %i and says how to go on, and that works', async (signal, expected) => {
    const { running, goOn } = await startHeldReview();
    running.kill(signal);
    const { code, stdout, stderr } = await inTime(running.ended);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain('Stopping at the next safe point');
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/crew resume [0-9a-f]{12}/);
    const resumed = await goOn(runIdIn(stderr));
    expect([resumed.code, resumed.stdout.split('\n')[0]]).toEqual([0, '# Review: changes requested']);
  });

  test('twice stops at once, says how to go on, and that works', async () => {
    const { running, goOn } = await startHeldReview();
    running.kill('SIGINT');
    await killAgain(running, 'SIGINT');
    const { code, stderr } = await inTime(running.ended);
    expect(code).toBe(130);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/crew resume [0-9a-f]{12}/);
    const resumed = await goOn(runIdIn(stderr));
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  test.each([1, 2])('%i times while a tool hangs leaves no process behind', async times => {
    const folder = newFolder();
    const slow = makeSlowGit(folder);
    const call = { from: repository.path, env: { PATH: slow.path } };
    const running = startCrew(['run', reviewCrew(), '--state-dir', folder], call);
    const tool = await slow.started();
    expect(isAlive(tool)).toBe(true);
    running.kill('SIGINT');
    if (times === 2) await killAgain(running, 'SIGINT');
    const { code, stderr } = await inTime(running.ended);
    expect(code).toBe(130);
    await until(() => !isAlive(tool));
    slow.release();
    const resumed = await crew(['resume', runIdIn(stderr), '--state-dir', folder], call);
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  test('before it began does not leave a stack trace', async () => {
    const running = startCrew(['run', reviewCrew(), '--state-dir', newFolder()], { from: repository.path });
    await sleep(60);
    running.kill('SIGINT');
    const { code, signal, stderr } = await inTime(running.ended);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code === 130 || signal === 'SIGINT' || code === 0).toBe(true);
  });
});

/** Says of itself what it is asked, never answers a call, and starts a shell that leaves its group and ignores signals. */
const LEAVER = `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const script = "trap '' INT TERM HUP; while :; do sleep 1; done";
const shell = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
shell.unref();
process.on('SIGTERM', () => undefined);
setInterval(() => undefined, 1000);
const answers = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'leaver', version: '1' } },
  'tools/list': { tools: [{ name: 'hang', inputSchema: { type: 'object' } }] },
};
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method } = JSON.parse(line);
  if (method in answers) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }) + '\\n');
  if (method === 'tools/call') writeFileSync('pids', process.pid + ' ' + shell.pid);
});
`;
const LEAVER_CREW = `version: 1
crew: leaving
goal: Call what hangs.
tools: { odd: { mcp: { command: node, args: [leaver.mjs] } } }
budget: { tool_calls: 5 }
start: hang
phases:
  hang: { tool: odd.hang, next: done }
  done: { end: success }
`;

describe.skipIf(process.platform !== 'linux')('what a server started and let go', () => {
  test.each([
    ['SIGINT', 1, 130],
    ['SIGINT', 2, 130],
    ['SIGTERM', 1, 143],
  ] as const)('is gone when %s, %i times, has ended the run', async (signal, times, expected) => {
    const folder = newFolder();
    const call = { from: folder, env: { HOME: folder } };
    writeFileSync(join(folder, 'leaver.mjs'), LEAVER);
    writeFileSync(join(folder, 'leaving.crew.yaml'), LEAVER_CREW);
    expect(await crew(['tools', 'accept', 'leaving.crew.yaml', '--yes'], call)).toMatchObject({ code: 0 });
    const running = startCrew(['run', 'leaving.crew.yaml', '--allow', 'odd.hang'], call);
    await expect.poll(() => existsSync(join(folder, 'pids')), { timeout: SOON_MS }).toBe(true);
    running.kill(signal);
    if (times === 2) await killAgain(running, signal);
    const { code } = await inTime(running.ended);
    const [server, shell] = readFileSync(join(folder, 'pids'), 'utf8').split(' ').map(Number);
    expect([code, isAlive(server ?? 0), isAlive(shell ?? 0)]).toEqual([expected, false, false]);
  });
});

test('the terminal that goes away ends the run like a SIGTERM', async () => {
  const { running, goOn } = await startHeldReview();
  running.kill('SIGHUP');
  const { code, stderr } = await inTime(running.ended);
  expect(code).toBe(143);
  const resumed = await goOn(runIdIn(stderr));
  expect(resumed.code, resumed.stderr).toBe(0);
});
