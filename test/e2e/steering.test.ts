import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HeldStory, openHeldStory } from './held-story.ts';
import { CANARY_KEY } from './served-review.ts';

const CREW = `version: 1
crew: story
goal: Tell a story in three parts.
budget: { calls: 30 }
roles: { teller: { goal: Tell. } }
start: first
phases:
  first: { role: teller, task: The first part., next: second }
  second: { role: teller, task: The second part., next: third }
  third: { role: teller, task: The third part., next: done }
  done: { end: success, result: "{{ third }}" }
`;

let story: HeldStory;
beforeEach(async () => {
  story = await openHeldStory(CREW, index => `part ${index + 1}`);
});
afterEach(() => story.close());

const here = (...args: readonly string[]) => story.here(...args);
const startStory = () => story.startRun();

async function untilSaid(id: string): Promise<void> {
  while (!(await here('logs', id, '--output', 'ndjson')).stdout.includes('"role.steered"')) await sleep(50);
}

test('what is said from another shell is on record at once, and in the next call of the role', async () => {
  const { running, id } = await startStory();
  const said = await here('steer', id, 'teller', 'No dragons,', 'please.');
  expect([said.code, said.stdout, said.stderr]).toEqual([
    0,
    '',
    '`teller` hears it in its next model call, if it has one before the run ends\n',
  ]);
  await untilSaid(id);
  story.release();
  expect((await running.ended).code).toBe(0);
  expect(running.stderr()).toContain('teller: No dragons, please.');
  expect(story.asked.map(body => body.includes('No dragons, please.'))).toEqual([false, false, true]);
});

test('what is said to a run that nobody works on is heard when it goes on, once', async () => {
  const { running, id } = await startStory();
  await here('stop', id);
  await running.ended;
  const said = await here('steer', id, 'teller', 'Hurry.', '--json');
  expect(JSON.parse(said.stdout)).toMatchObject({
    version: 1,
    runId: id,
    role: 'teller',
    text: 'Hurry.',
    active: false,
  });
  story.release();
  expect((await here('resume', id)).code).toBe(0);
  const { events } = JSON.parse((await here('logs', id, '--json')).stdout);
  expect(events.filter((event: { type: string }) => event.type === 'role.steered')).toHaveLength(1);
  expect(story.asked.filter(body => body.includes('Hurry.'))).toHaveLength(1);
});

test('a secret that is said is not recorded', async () => {
  const { running, id } = await startStory();
  await here('steer', id, 'teller', `Use ${CANARY_KEY} for it.`);
  await untilSaid(id);
  story.release();
  await running.ended;
  const told = (await here('logs', id, '--json')).stdout + running.stderr();
  expect(told).toContain('[scrubbed] for it.');
  expect(told + story.asked.join()).not.toContain(`${CANARY_KEY} for it`);
});

test('what nobody can hear is refused', async () => {
  const { running, id } = await startStory();
  const wrong = await here('steer', id, 'tellers', 'x');
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('no role `tellers`; its roles are `teller`'),
  ]);
  const empty = await here('steer', id, 'teller', ' ');
  expect(empty.code).toBe(2);
  const none = await here('steer', id, 'teller');
  expect(none.stderr).toContain('`-` reads it from stdin');
  story.release();
  await running.ended;
  const late = await here('steer', id, 'teller', 'x');
  expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('is over')]);
});
