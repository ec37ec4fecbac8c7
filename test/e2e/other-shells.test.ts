import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunningCrew } from './crew-process.ts';
import { type HeldStory, openHeldStory } from './held-story.ts';

const CREW = `version: 1
crew: story
goal: Tell a story in two parts.
budget: { calls: 30 }
roles: { teller: { goal: Tell. } }
start: first
phases:
  first: { role: teller, task: The first part., next: second }
  second: { role: teller, task: "The second part, after {{ first }}", next: done }
  done: { end: success, result: "{{ second }}" }
`;

let story: HeldStory;
beforeEach(async () => {
  story = await openHeldStory(CREW, index => (index === 0 ? 'Once upon a time' : 'and they lived.'));
});
afterEach(() => story.close());

const here = (...args: readonly string[]) => story.here(...args);
const start = (...args: readonly string[]) => story.start(...args);
const startStory = () => story.startRun('--output', 'ndjson');

function untilTold(follower: RunningCrew, text: string): Promise<void> {
  let told = '';
  return new Promise((resolve, reject) => {
    follower.process.stdout?.on('data', (piece: string) => {
      told += piece;
      if (told.includes(text)) resolve();
    });
    follower.ended.then(({ stdout, stderr }) => reject(new Error(`ended too early: ${stdout}${stderr}`)));
  });
}

test('a run is followed while another process works on it, to its end, as the same bytes', async () => {
  const { running, id } = await startStory();
  const [ndjson, plain] = [start('logs', id, '-f', '--output', 'ndjson'), start('logs', id, '--follow')];
  await Promise.all([untilTold(ndjson, '"phase":"second"'), untilTold(plain, 'Once upon a time')]);
  const once = await here('logs', id);
  expect([once.code, once.stdout]).toEqual([0, expect.stringContaining('Once upon a time')]);
  expect(once.stderr).toBe(
    `The run is at work in process ${running.pid}; follow it with: crew logs ${id} -f\n`,
  );
  story.release();
  const live = await running.ended;
  expect(live.code, live.stderr).toBe(0);
  expect(await ndjson.ended).toMatchObject({ code: 0, stdout: live.stdout, stderr: '' });
  const followed = await plain.ended;
  expect([followed.code, followed.stderr]).toEqual([0, '']);
  expect(followed.stdout).toContain('✓ success');
});

test('readers of a run that is at work take nothing from it', async () => {
  const { running, id } = await startStory();
  const [shown, json, listed, audited, exported] = await Promise.all([
    here('show', id),
    here('show', id, '--json'),
    here('ps'),
    here('audit', 'verify', id),
    here('export', id, '-o', 'story.run'),
    here('why', id),
    here('diff', id, id),
    here('replay', id, '--speed', 'max'),
  ]);
  expect(shown.stdout).toContain(`status  ▸ at work in process ${running.pid}`);
  expect(shown.stdout).toContain(`crew stop ${id}`);
  expect(JSON.parse(json.stdout)).toMatchObject({
    active: true,
    status: 'open',
    calls: [{ outcome: 'answered' }, {}],
  });
  expect(listed.stdout).toMatch(new RegExp(`^${id} .* {2}running {2}story `));
  expect([audited.code, exported.code]).toEqual([0, 0]);
  const pruned = await here('prune', '--older-than', '0s', '--open');
  expect(pruned.stdout).toBe('');
  story.release();
  const { code, stdout } = await running.ended;
  expect([code, stdout]).toEqual([0, expect.stringContaining('and they lived.')]);
});

test('a run is stopped from another shell, says so, and can be resumed', async () => {
  const { running, id } = await startStory();
  const follower = start('logs', id, '-f');
  await untilTold(follower, 'Once upon a time');
  const stopped = await here('stop', id.slice(0, 6));
  expect([stopped.code, stopped.stdout]).toEqual([0, '']);
  expect(stopped.stderr).toBe(`stopped run ${id} (process ${running.pid}); go on with: crew resume ${id}\n`);
  expect((await running.ended).code).toBe(143);
  const followed = await follower.ended;
  expect([followed.code, followed.stderr]).toEqual([
    0,
    `Nobody works on this run; go on with: crew resume ${id}\n`,
  ]);
  expect((await here('ps')).stdout).toMatch(/ {2}open {2}story +.* 1 call /);
  const again = await here('stop', id);
  expect([again.code, again.stderr]).toEqual([
    0,
    `nobody works on run ${id}; go on with: crew resume ${id}\n`,
  ]);
  story.release();
  const resumed = await here('resume', id);
  expect([resumed.code, resumed.stdout]).toEqual([0, 'and they lived.\n']);
  const over = JSON.parse((await here('stop', id, '--json')).stdout);
  expect(over).toEqual({ version: 1, runId: id, stopped: false, status: 'success' });
});

test('a process that does not answer is waited for in vain, and that is said', async () => {
  const { running, id } = await startStory();
  running.kill('SIGSTOP');
  const { code, stdout, stderr } = await here('stop', id);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain(
    `process ${running.pid} was asked to stop and still works on run \`${id}\` after 5 s`,
  );
  running.kill('SIGCONT');
  expect((await running.ended).code).toBe(143);
});

test('a stop of a process that is gone stops nobody', async () => {
  const { running, id } = await startStory();
  running.kill('SIGKILL');
  await running.ended;
  const { code, stderr } = await here('stop', id);
  expect([code, stderr]).toEqual([0, expect.stringContaining(`nobody works on run ${id}`)]);
  expect((await here('stop', 'zzz')).code).toBe(2);
});

test('a process that works on several runs is not stopped for the sake of one', async () => {
  const program = join(story.folder, 'both.mjs');
  const library = new URL('../../src/index.ts', import.meta.url).pathname;
  writeFileSync(
    program,
    `import { compileCrew, loadCrew, runCrew } from ${JSON.stringify(library)};
const program = await compileCrew(await loadCrew('story.crew.yaml'));
await Promise.all([1, 2].map(() => runCrew({ program, models: { default: 'openai:test' } })));\n`,
  );
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [program], {
    cwd: story.folder,
    env: { PATH: process.env.PATH, ...story.call.env },
  });
  const ended = new Promise(resolve => child.on('close', (_code, signal) => resolve(signal)));
  try {
    await story.isHeld;
    let ids: readonly string[] = [];
    while (ids.length < 2) {
      const { runs } = JSON.parse((await here('ps', '--json')).stdout);
      ids = runs.map((run: { runId: string }) => run.runId);
      if (ids.length < 2) await sleep(20);
    }
    const [first = '', second = ''] = ids;
    const refused = await here('stop', first);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain(`process ${child.pid} works on other runs too`);
    expect(refused.stderr).toContain(second);
    expect((await here('stop', first, '--all')).code).toBe(0);
    expect(await ended).toBe('SIGTERM');
  } finally {
    child.kill('SIGKILL');
  }
});
