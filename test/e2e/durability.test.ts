import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { LoopbackServer, ReplyScript } from '../loopback/reply.ts';
import { makeFolder, type TestRepository } from '../tools/git-repository.ts';
import { crew, type Ended, reviewCrew, startCrew } from './crew-process.ts';
import { makePlantedRepository } from './planted-repository.ts';
import { callKey, reviewScript } from './review-script.ts';
import { type Served, serve } from './served-review.ts';

let repository: TestRepository;
let unkilled: { readonly result: unknown; readonly calls: number };
const folders: string[] = [];
const servers: LoopbackServer[] = [];

beforeAll(async () => {
  repository = makePlantedRepository();
  const { served, args, call } = await prepare(reviewScript);
  const { stdout } = await crew(['run', reviewCrew(), ...args], call);
  unkilled = { result: resultOf(stdout), calls: served.server.requests.length };
});

afterAll(async () => {
  repository.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await Promise.all(servers.map(server => server.close()));
});

async function prepare(script: ReplyScript) {
  const served: Served = await serve('openai', script);
  servers.push(served.server);
  const stateDir = makeFolder();
  folders.push(stateDir);
  const args = ['--model', served.model, '--state-dir', stateDir, '--output', 'ndjson'];
  return { served, stateDir, args, call: { from: repository.path, env: served.env } };
}

function eventsOf(stdout: string): readonly RunEvent[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as RunEvent);
}

function resultOf(stdout: string): unknown {
  const end = eventsOf(stdout).at(-1);
  if (end?.type !== 'run.ended' || end.outcome !== 'success')
    throw new Error(`the run did not end: ${stdout}`);
  return end.result;
}

/** Waits until the events of a process show something, then gives what they were. */
function sawEvent(
  running: ReturnType<typeof startCrew>,
  enough: (events: readonly RunEvent[]) => boolean,
): Promise<void> {
  let stdout = '';
  return new Promise((resolve, reject) => {
    running.process.stdout?.on('data', (piece: string) => {
      stdout += piece;
      if (enough(eventsOf(stdout))) resolve();
    });
    running.ended.then(ended => reject(new Error(`the process ended too early: ${ended.stderr}`)));
  });
}

/** Runs the review until `enough`, kills it, and resumes it. */
async function killAndResume(enough: (events: readonly RunEvent[]) => boolean, script = reviewScript) {
  const { served, stateDir, args, call } = await prepare(script);
  const running = startCrew(['run', reviewCrew(), ...args], call);
  await sawEvent(running, enough);
  running.kill('SIGKILL');
  const killed = await running.ended;
  const before = served.server.requests.length;
  const runId = eventsOf(killed.stdout).find(event => event.type === 'run.started')?.runId ?? '';
  const resumed = await crew(['resume', runId, '--state-dir', stateDir, '--output', 'ndjson'], call);
  return { killed, resumed, runId, stateDir, call, asked: served.server.requests.slice(before) };
}

/** What was told to be over stays over: no call of it is made again, and it is told again in the same words. */
function expectKept(killed: Ended, resumed: Ended, asked: readonly Parameters<typeof callKey>[0][]): void {
  const over = eventsOf(killed.stdout).flatMap(event => (event.type === 'model.ended' ? [event.key] : []));
  const again = asked.map(request => callKey(request).replace(/^[^/]*\//, ''));
  expect(over.filter(key => again.includes(key))).toEqual([]);
  const told = killed.stdout.slice(0, killed.stdout.lastIndexOf('\n') + 1);
  expect(resumed.stdout.startsWith(told)).toBe(true);
}

/** Of the eleven answers in this order: the first, the last, and what lies between in steps. */
const ENDED_CALLS = [0, 2, 4, 6, 8, 10];

describe.concurrent('a review that is killed', () => {
  test.each(ENDED_CALLS)('after %i answered model calls goes on and repeats none', async count => {
    const isDue = (events: readonly RunEvent[]) =>
      events.filter(({ type }) => type === 'model.started').length > 0 &&
      events.filter(({ type }) => type === 'model.ended').length >= count;
    const { killed, resumed, asked } = await killAndResume(isDue);
    expect(killed.signal).toBe('SIGKILL');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resultOf(resumed.stdout)).toEqual(unkilled.result);
    expectKept(killed, resumed, asked);
  });

  test.each(['collect', 'inspect.static', 'finish'])(
    'while a tool of %s is at work calls it again and ends the same',
    async phase => {
      const { killed, resumed, asked } = await killAndResume(events =>
        events.some(event => event.type === 'tool.started' && event.phase === phase),
      );
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resultOf(resumed.stdout)).toEqual(unkilled.result);
      expectKept(killed, resumed, asked);
    },
  );

  test('while the server holds a reply asks for that one again, under the same key', async () => {
    let held: string | undefined;
    const { resumed, asked } = await killAndResume(
      () => held !== undefined,
      (request, index) => {
        if (held !== undefined || index < 5) return reviewScript(request, index);
        held = callKey(request);
        return { fault: { kind: 'stall', at: 'before-headers' } };
      },
    );
    expect(asked.map(callKey)).toContain(held);
    expect(asked.filter(request => callKey(request) === held)).toHaveLength(1);
    expect(resultOf(resumed.stdout)).toEqual(unkilled.result);
  });

  test('twice, and again, still ends the same', async () => {
    const { served, stateDir, args, call } = await prepare(reviewScript);
    const first = startCrew(['run', reviewCrew(), ...args], call);
    await sawEvent(first, events => events.filter(({ type }) => type === 'model.ended').length >= 2);
    first.kill('SIGKILL');
    const runId =
      eventsOf((await first.ended).stdout).find(event => event.type === 'run.started')?.runId ?? '';
    const again = ['resume', runId.slice(0, 5), '--state-dir', stateDir, '--output', 'ndjson'];
    for (const count of [4, 7]) {
      const next = startCrew(again, call);
      await sawEvent(next, events => events.filter(({ type }) => type === 'model.ended').length >= count);
      next.kill('SIGKILL');
      await next.ended;
    }
    const last = await crew(again, call);
    expect(resultOf(last.stdout)).toEqual(unkilled.result);
    // Each kill can lose only calls that were under way, at most one for each branch that asks a model.
    expect(served.server.requests.length).toBeLessThanOrEqual(unkilled.calls + 3 * 4);
  });
});

describe.concurrent('crew resume', () => {
  test('of a finished run prints the same result and calls nothing, even without its server', async () => {
    const { served, stateDir, args, call } = await prepare(reviewScript);
    const first = await crew(['run', reviewCrew(), ...args], call);
    await served.server.close();
    const runId = eventsOf(first.stdout).find(event => event.type === 'run.started')?.runId ?? '';
    const same = await crew(['resume', runId, '--state-dir', stateDir, '--output', 'ndjson'], {
      from: repository.path,
    });
    expect([same.code, same.stdout]).toEqual([0, first.stdout]);
    const shown = await crew(['resume', runId, '--state-dir', stateDir, '--format', 'json', '-q'], {
      from: repository.path,
    });
    expect(JSON.parse(shown.stdout)).toEqual(unkilled.result);
  });

  test('of a run that another process works on exits with 3', async () => {
    let arrived: () => void = () => undefined;
    const isHeld = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const { stateDir, args, call } = await prepare(() => {
      arrived();
      return { fault: { kind: 'stall', at: 'before-headers' } };
    });
    const running = startCrew(['run', reviewCrew(), ...args], call);
    await isHeld;
    const { stdout } = await crew(['ps', '--state-dir', stateDir], call);
    const second = await crew(['resume', stdout.slice(0, 12), '--state-dir', stateDir], call);
    running.kill('SIGKILL');
    await running.ended;
    expect([second.code, second.stdout]).toEqual([3, '']);
    expect(second.stderr).toContain('RUN_LOCKED');
    expect(stdout).toContain('  running  ');
    const after = await crew(['ps', '--state-dir', stateDir], call);
    expect(after.stdout).toMatch(/ {2}open {2}/);
  });

  test('of an unknown run, of an ambiguous prefix and of nothing says what is wrong', async () => {
    const { stateDir, args, call } = await prepare(reviewScript);
    const nowhere = await crew(['resume', 'abc', '--state-dir', stateDir], call);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('RUN_NOT_FOUND')]);
    await crew(['run', reviewCrew(), ...args], call);
    for (const word of ['zzz', '%', '_', '*', "' OR 1=1 --"]) {
      const unknown = await crew(['resume', word, '--state-dir', stateDir], call);
      expect([word, unknown.code, unknown.stderr]).toEqual([
        word,
        2,
        expect.stringContaining('RUN_NOT_FOUND'),
      ]);
    }
    const none = await crew(['resume', '--state-dir', stateDir], call);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('`crew ps` lists them')]);
  });
});
