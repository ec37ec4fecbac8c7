import { expect, test } from 'vitest';
import { closest, suggest } from '../../src/language/closest.ts';

test.each([
  ['critc', ['author', 'critic'], 'critic'],
  ['gaol', ['goal', 'model'], 'goal'],
  ['Merge', ['merge'], 'merge'],
  ['somewhere', ['merge', 'done'], undefined],
  ['a', ['b'], undefined],
  ['', ['b'], undefined],
  ['collect', [], undefined],
  ['x'.repeat(101), ['x'.repeat(101)], undefined],
])('the closest to %s of %j is %s', (word, candidates, expected) => {
  expect(closest(word, candidates)).toBe(expected);
});

test('ties go to the earlier candidate', () => {
  expect(closest('cat', ['bat', 'rat'])).toBe('bat');
});

test('without a near word the hint names what there is, or nothing', () => {
  expect(suggest('zzz', ['merge', 'done'])).toBe('there is `merge`, `done`');
  expect(suggest('zzz', [])).toBeUndefined();
});
