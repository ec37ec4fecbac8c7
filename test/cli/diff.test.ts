import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, makePlace, type Place } from './recorded-crews.ts';

let place: Place;
let kind: string;
let strict: string;
beforeAll(async () => {
  place = makePlace();
  kind = await place.run(...haiku('kind'));
  strict = await place.run(...haiku('strict'), '-i', 'topic=winter');
});
afterAll(() => rmSync(place.folder, { recursive: true, force: true }));

test('two runs are compared: inputs, models, path, artifacts, prompts, spend', async () => {
  const { code, stdout, stderr } = await place.call('diff', kind, strict);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^- {2}\w+ {2}haiku {2}program \w{8} {2}success at done +worked .*\n\+ .*failure at gave_up/,
  );
  expect(stdout).toContain('\nInputs\n  topic\n    - autumn\n    + winter\n');
  expect(stdout).toContain('  default\n    - script:kind.yaml\n    + script:strict.yaml\n');
  expect(stdout).toContain('    review (visit 2): completed\n  + write (visit 3): completed\n');
  expect(stdout).toContain('Artifacts: 1 the same, 2 different');
  expect(stdout).toContain('    - A haiku about autumn, try 1.\n    + A haiku about winter, try 1.\n');
  expect(stdout).toContain('  + write:3:1/model-1 (write): only in the second');
  expect(stdout).toMatch(/ {2}- {2}in all +4 +1 .*\n {2}\+ {2}in all +6 +1 /);
});

test('the other way round the signs are turned', async () => {
  const there = JSON.parse((await place.call('diff', kind, strict, '--json')).stdout);
  const back = JSON.parse((await place.call('diff', strict, kind, '--json')).stdout);
  expect([there.a, there.b]).toEqual([back.b, back.a]);
  expect(there.inputs).toEqual([{ name: 'topic', a: 'autumn', b: 'winter' }]);
  expect(back.inputs).toEqual([{ name: 'topic', a: 'winter', b: 'autumn' }]);
  expect(there.prompts.different).toHaveLength(back.prompts.different.length);
  expect(there).toMatchObject({ version: 1, sameProgram: true, samePath: false });
});

test('a run is the same as itself', async () => {
  const same = JSON.parse((await place.call('diff', kind, kind, '--json')).stdout);
  expect(same).toMatchObject({
    sameProgram: true,
    samePath: true,
    inputs: [],
    models: [],
    artifacts: { same: 3, different: [] },
    prompts: { same: 4, different: [] },
  });
  const { stdout } = await place.call('diff', kind, kind);
  expect(stdout).toContain('\nPath\n  the same 5 visits\n');
});

test('two runs are needed', async () => {
  for (const args of [[], [kind], [kind, strict, kind]]) {
    const { code, stderr } = await place.call('diff', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected two run ids')]);
  }
});
