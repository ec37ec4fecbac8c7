import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, makePlace, type Place } from './recorded-crews.ts';

let place: Place;
let kind: string;
let waiting: string;
beforeAll(async () => {
  place = makePlace();
  kind = await place.run(...haiku('kind'));
  waiting = await place.run('sign.crew.yaml');
});
afterAll(() => rmSync(place.folder, { recursive: true, force: true }));

test('a run is shown with how it stands, its path, its artifacts and its spend', async () => {
  const { code, stdout, stderr } = await place.call('show', kind.slice(0, 6));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^crew {4}haiku · run \w+ · program \w{8}\nstatus {2}✓ success at done · 6 facts\nbegan {3}.+ UTC · worked .+\n/,
  );
  expect(stdout).toMatch(/^inputs {2}topic=autumn$/m);
  expect(stdout).toMatch(/^model {3}default {2}script:kind\.yaml · .*not a language model · --model$/m);
  const path = /\nPath\n([\s\S]*?)\n\n/.exec(stdout)?.[1]?.split('\n') ?? [];
  expect(path.map(line => line.replace(/ +/g, ' ').replace(/ [\d.]+ m?s$/, ''))).toEqual([
    ' #1 look tool ✓ completed',
    ' #2 write role poet ✓ completed',
    ' #3 review role critic ✓ completed',
    ' #4 write (visit 2) role poet ✓ completed',
    ' #5 review (visit 2) role critic ✓ completed',
  ]);
  expect(stdout).toContain(`crew fork ${kind} --at N`);
  expect(stdout).toMatch(/^ {2}write +2 +0 +0 +0 +\$0$/m);
  expect(stdout).toMatch(/^ {2}look +0 +1 /m);
  expect(stdout).toMatch(/^ {2}in all +4 +1 /m);
});

test('a phase is shown with its model calls alone', async () => {
  const { stdout } = await place.call('show', kind, 'write');
  expect(stdout).toMatch(/^ {2}turn 1 {2}write:2:1\/model-1 {2}poet +script:kind\.yaml {2}answered/m);
  expect(stdout).not.toContain('review');
  const none = await place.call('show', kind, 'wriet');
  expect([none.code, none.stdout]).toEqual([2, '']);
  expect(none.stderr).toContain('has no phase `wriet`; did you mean `write`?');
});

test('one prompt is printed as it was sent, by its key, or by phase and turn where that is clear', async () => {
  const { stdout } = await place.call('show', kind, '--prompt', 'write:2:1/model-1');
  expect(stdout).toContain('A haiku about autumn, try 2.');
  expect(stdout).toMatch(/^── write:2:1\/model-1 · write · poet · turn 1 · default · at most \d+ tokens/);
  const json = JSON.parse((await place.call('show', kind, '--prompt', 'write:1:1/model-1', '--json')).stdout);
  expect(json).toMatchObject({ version: 1, key: 'write:1:1/model-1', origin: { phase: 'write', turn: 1 } });
  expect(JSON.stringify(json.messages)).toContain('try 1.');
  const unclear = await place.call('show', kind, 'write', '--prompt', '1');
  expect([unclear.code, unclear.stdout]).toEqual([2, '']);
  expect(unclear.stderr).toContain('there is write:1:1/model-1, write:2:1/model-1');
  const wrong = await place.call('show', kind, 'look', '--prompt', '1');
  expect(wrong.stderr).toContain('there is none');
});

test('one artifact is printed whole', async () => {
  expect((await place.call('show', kind, '--artifact', 'write')).stdout).toBe('Leaves let go\nand drift\n');
  const json = JSON.parse((await place.call('show', kind, '--artifact', 'review', '--json')).stdout);
  expect(json).toEqual({ version: 1, runId: kind, name: 'review', artifact: { ok: true } });
  const wrong = await place.call('show', kind, '--artifact', '__proto__');
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('there is `look`, `write`, `review`');
});

test('all of a run is written as one page, to a file or to stdout', async () => {
  const { code, stdout, stderr } = await place.call('show', kind, '--html');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<!doctype html>\n[\s\S]*<\/html>\n$/);
  expect(stdout).toContain('A haiku about autumn, try 2.');
  expect(stdout).toMatch(/class="way walked"/);
  const file = await place.call('show', kind, '--html', 'page.html');
  expect([file.code, file.stdout]).toEqual([0, '']);
  expect(readFileSync(join(place.folder, 'page.html'), 'utf8')).toBe(stdout);
});

test('a run that waits says for what, and with which command it goes on', async () => {
  const { stdout } = await place.call('show', waiting);
  expect(stdout).toContain('status  ‖ waiting · 2 facts\nbegan   ');
  expect(stdout).toMatch(/^why {5}PERSON_NEEDED /m);
  expect(stdout).toMatch(/\nWaits for\n {2}approve {2}May it go out\?\n/);
  expect(stdout).toContain(`crew answer ${waiting} ANSWER`);
  expect(stdout).toContain(`crew resume ${waiting}   goes on with it`);
});

test('--json has all of it', async () => {
  const record = JSON.parse((await place.call('show', kind, '--json')).stdout);
  expect(record).toMatchObject({
    version: 1,
    active: false,
    runId: kind,
    status: 'success',
    endedAt: 'done',
    result: 'Leaves let go\nand drift',
    inputs: { topic: 'autumn' },
    spend: { total: { calls: 4, toolCalls: 1 } },
    questions: [],
  });
  expect(record.path).toHaveLength(5);
  const waits = JSON.parse((await place.call('show', waiting, '--json')).stdout);
  expect(waits).toMatchObject({ status: 'waiting', questions: [{ phase: 'approve' }] });
});

test('no run, several runs and no word are told apart', async () => {
  for (const [args, said] of [
    [['show'], '`crew ps` lists runs'],
    [['show', 'zzz'], 'no run `zzz`'],
    [['show', kind, 'write', 'more'], 'expected a run id'],
  ] as const) {
    const { code, stdout, stderr } = await place.call(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  }
});

test('a listing says what runs cost and wait for', async () => {
  const { stdout } = await place.call('ps');
  const rows = stdout.split('\n');
  expect(rows[0]).toMatch(
    new RegExp(
      `^${waiting} {2}[-\\d]+ [:\\d]+ {2}waiting {2}sign +worked +[\\d.]+ m?s {2}0 calls {2}.* {2}waits for an answer$`,
    ),
  );
  expect(rows[1]).toMatch(/^ {4}PERSON_NEEDED `approve` waits for an answer: May it go out\?$/);
  expect(rows[2]).toMatch(new RegExp(`^${kind} .* success {2}haiku .* 4 calls {2}\\$0$`));
  const { runs } = JSON.parse((await place.call('ps', '--json')).stdout);
  expect(runs[0]).toMatchObject({
    status: 'open',
    active: false,
    summary: { waitsFor: { code: 'PERSON_NEEDED' } },
  });
  expect(runs[1]).toMatchObject({ status: 'success', summary: { spend: { calls: 4, toolCalls: 1 } } });
});

test('what a run has spent is listed also where nobody has summed it up', async () => {
  const killed = makePlace();
  const id = await killed.run(...haiku('kind'));
  killed.tamper(`UPDATE runs SET status = 'open', summary = NULL WHERE run_id = '${id}'`);
  expect((await killed.call('ps')).stdout).toMatch(/ open +haiku +worked .* {2}4 calls {2}\$0/);
  rmSync(killed.folder, { recursive: true, force: true });
});
