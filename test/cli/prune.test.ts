import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { choosePrunable, readPruneChoice } from '../../src/cli/choose-prunable.ts';
import type { FlagValues } from '../../src/cli/command.ts';
import type { RunHeader } from '../../src/ports/engine.ts';
import { haiku, makePlace, type Place } from './recorded-crews.ts';

const DAY = 86_400_000;
const run = (runId: string, status: RunHeader['status'], daysAgo: number, active = false): RunHeader => ({
  runId,
  crew: 'x',
  createdAt: 100 * DAY - daysAgo * DAY,
  status,
  active,
});
const RUNS = [
  run('new', 'success', 1),
  run('waits', 'open', 5),
  run('busy', 'open', 6, true),
  run('ending', 'success', 7, true),
  run('bad', 'error', 20),
  run('old', 'failure', 40),
  run('older', 'success', 50),
  run('oldest', 'open', 90),
];

test.each<readonly [FlagValues, readonly string[]]>([
  [{}, ['old', 'older']],
  [{ open: true }, ['old', 'older', 'oldest']],
  [{ 'older-than': '10d' }, ['bad', 'old', 'older']],
  [{ 'older-than': '0d' }, ['new', 'bad', 'old', 'older']],
  [{ 'older-than': '6w' }, ['older']],
  [{ status: 'success' }, ['new', 'older']],
  [{ status: 'failure, error', 'older-than': '24h' }, ['bad', 'old']],
  [{ keep: '1' }, ['bad', 'old', 'older']],
  [{ keep: '3', open: true }, ['old', 'older', 'oldest']],
  [{ keep: '1', 'older-than': '30d' }, ['old', 'older']],
  [{ keep: '99' }, []],
])('%j chooses %j', (values, chosen) => {
  const prunable = choosePrunable(RUNS, readPruneChoice(values), 100 * DAY);
  expect(prunable.map(({ runId }) => runId)).toEqual(chosen);
});

test.each<FlagValues>([
  { 'older-than': '30' },
  { 'older-than': 'd' },
  { keep: '-1' },
  { keep: 'x' },
  { status: 'open' },
  { status: 'toString' },
  { status: '' },
])('%j is refused', values => {
  expect(() => readPruneChoice(values)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

test('finished runs are removed and the file becomes smaller; open ones stay', async () => {
  const none = await place.call('prune');
  expect([none.code, none.stdout, none.stderr]).toEqual([0, '', 'removed 0 runs\n']);
  const first = await place.run(...haiku('kind'));
  const second = await place.run(...haiku('strict'));
  const open = await place.run('sign.crew.yaml');
  const young = await place.call('prune');
  expect(young.stderr).toBe('removed 0 runs\n');
  const dry = await place.call('prune', '--keep', '0', '--dry-run');
  expect([dry.stdout, dry.stderr]).toEqual([`${second}\n${first}\n`, 'would remove 2 runs\n']);
  expect((await place.call('audit', 'verify')).stdout.match(/^ok/gm)).toHaveLength(3);
  const size = () => statSync(join(place.folder, '.crew/runs.db')).size;
  const before = size();
  const pruned = await place.call('prune', '--keep', '1', '--json');
  expect(JSON.parse(pruned.stdout)).toEqual({ version: 1, dryRun: false, removed: [first], compacted: true });
  await place.call('prune', '--status', 'failure');
  expect(size()).toBeLessThan(before);
  const { runs } = JSON.parse((await place.call('ps', '--json')).stdout);
  expect(runs.map(({ runId }: RunHeader) => runId)).toEqual([open]);
  expect((await place.call('show', first)).code).toBe(2);
  expect((await place.call('answer', open, 'release')).stdout).toBe('release\n');
});

test('an open run goes only when that is said', async () => {
  const open = await place.run('sign.crew.yaml');
  expect((await place.call('prune', '--older-than', '0s')).stdout).toBe('');
  expect((await place.call('prune', '--older-than', '0s', '--open')).stdout).toBe(`${open}\n`);
});
