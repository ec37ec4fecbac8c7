import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realPlaces } from '../../src/cli/real-places.ts';
import { makeFolder } from '../tools/git-repository.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(makeFolder());
  mkdirSync(join(folder, 'work/deep'), { recursive: true });
  writeFileSync(join(folder, 'work/a.txt'), '');
  symlinkSync('/etc', join(folder, 'work/out'));
  symlinkSync('../elsewhere', join(folder, 'work/dangling'));
  symlinkSync('circle', join(folder, 'work/circle'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('paths are where their links lead, also what does not exist yet', () => {
  const paths = [
    'a.txt',
    'new/deep/er',
    '.',
    'out/passwd',
    'out/new',
    'dangling',
    'dangling/x',
    '../up',
    '/usr',
  ];
  const real = realPlaces(join(folder, 'work'), paths);
  const etc = realpathSync('/etc');
  expect(real).toEqual({
    'a.txt': join(folder, 'work/a.txt'),
    'new/deep/er': join(folder, 'work/new/deep/er'),
    '.': join(folder, 'work'),
    'out/passwd': realpathSync('/etc/passwd'),
    'out/new': join(etc, 'new'),
    dangling: join(folder, 'elsewhere'),
    'dangling/x': join(folder, 'elsewhere/x'),
    '../up': join(folder, 'up'),
    '/usr': realpathSync('/usr'),
  });
});

test('what cannot be followed is left out', () => {
  const paths = ['circle', 'circle/x', 'a.txt/below', 'nul\0byte'];
  expect(Object.keys(realPlaces(join(folder, 'work'), paths))).toEqual([]);
});
