import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, makePlace, type Place } from './recorded-crews.ts';

let place: Place;
beforeAll(() => {
  place = makePlace();
});
afterAll(() => rmSync(place.folder, { recursive: true, force: true }));

const idOf = (stdout: string): string => JSON.parse(stdout.split('\n')[0] ?? '').runId;

test('logs tell a run as it was told live, for people and as the same bytes of events', async () => {
  const live = await place.call('run', ...haiku('kind'), '--output', 'ndjson');
  const id = idOf(live.stdout);
  const events = await place.call('logs', id, '--output', 'ndjson');
  expect([events.code, events.stdout, events.stderr]).toEqual([0, live.stdout, '']);
  expect((await place.call('logs', id, '-f', '--output', 'ndjson')).stdout).toBe(live.stdout);
  const plain = await place.call('logs', id);
  expect([plain.stdout, plain.stderr]).toEqual([live.stderr, '']);
  const numbered = await place.call('logs', id, '-n');
  expect(numbered.stdout.replace(/^#\d+ */gm, '').replace(/ +/g, ' ')).toBe(
    plain.stdout.replace(/^ +/gm, '').replace(/ +/g, ' '),
  );
  expect(numbered.stdout).toMatch(/^#1 {4}crew {4}haiku[\s\S]*^#6 {4}spent {3}✓ success/m);
  const json = JSON.parse((await place.call('logs', id, '--json')).stdout);
  expect(json).toEqual({
    version: 1,
    runId: id,
    events: live.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
  });
});

test('a replay tells the same, at once when it may', async () => {
  const live = await place.call('run', ...haiku('strict'), '--output', 'ndjson');
  const id = idOf(live.stdout);
  const replayed = await place.call('replay', id, '--speed', 'max', '--output', 'ndjson');
  expect([replayed.code, replayed.stdout]).toEqual([0, live.stdout]);
  const plain = await place.call('replay', id, '--speed', '100x');
  expect(plain.stdout).toBe(live.stderr);
  for (const speed of ['0', '-1', 'fast', '1e9x', '']) {
    const wrong = await place.call('replay', id, `--speed=${speed}`);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('`10x`, `0.5x` or `max`');
  }
});

test('logs of a run that waits end with how to go on, also with -f, because nobody works on it', async () => {
  const id = await place.run('sign.crew.yaml');
  for (const args of [[], ['-f']]) {
    const { code, stdout } = await place.call('logs', id, ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`resume {2}crew resume ${id}\n$`));
  }
  await place.call('answer', id, 'release');
  const { stdout } = await place.call('logs', id);
  expect(stdout).toContain('▸ resumed after');
  expect(stdout).toContain('✓ success');
});

test('what is damaged is refused with its place, by every reader, and nothing is told wrong', async () => {
  const id = await place.run(...haiku('kind'));
  place.tamper(
    `UPDATE facts SET fact = replace(fact, 'Leaves let go', 'Leaves stay') WHERE run_id = '${id}'`,
  );
  for (const command of ['show', 'logs', 'replay', 'why', 'export', 'resume']) {
    const { code, stderr } = await place.call(command, id);
    expect([command, code]).toEqual([command, 3]);
    expect(stderr).toMatch(/error\[JOURNAL_DAMAGED\]: run `\w+` is damaged at fact 5/);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});
