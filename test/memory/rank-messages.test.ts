import { expect, test } from 'vitest';
import { rankMessages } from '../../src/memory/tools/rank-messages.ts';
import type { PastMessage } from '../../src/model/past-message.ts';

const said = (text: string, at = 0): PastMessage => ({
  ...{ runId: 'r1', crew: 'house', phase: 'ask', role: 'clerk', what: 'said' },
  at,
  text,
});
const ranked = (query: string, texts: readonly string[]) =>
  rankMessages(
    query,
    texts.map((text, at) => said(text, at)),
  ).map(({ message }) => message.text);

test('messages that share no word are left out, and no word finds nothing', () => {
  expect(ranked('lamp', ['The lamp flickers.', 'Breakfast is at eight.'])).toEqual(['The lamp flickers.']);
  expect(ranked('', ['The lamp flickers.'])).toEqual([]);
  expect(ranked('lamp', [])).toEqual([]);
});

test('a rare word counts more than a frequent one, and the later of equal messages stands first', () => {
  expect(ranked('lamp room', ['a room', 'the room', 'some room', 'a lamp'])).toEqual([
    'a lamp',
    'some room',
    'the room',
    'a room',
  ]);
});

test('a word that is said often counts more, ever less so, and less in a long text', () => {
  const padding = ' and so on'.repeat(20);
  expect(ranked('lamp', [`lamp${padding}`, `lamp lamp lamp${padding}`, 'lamp'])).toEqual([
    'lamp',
    `lamp lamp lamp${padding}`,
    `lamp${padding}`,
  ]);
  // Both words once are more than one of them three times.
  expect(ranked('lamp room', ['lamp lamp lamp x', 'lamp room x x'])[0]).toBe('lamp room x x');
});

test('of a long text the stretch is shown that fits best, and where it was cut', () => {
  const filler = 'nothing of note happened here. '.repeat(60);
  const excerpt = (text: string) =>
    rankMessages('lamp room', [said(text), said('a room')]).find(({ message }) => message.text === text)
      ?.excerpt;
  const middle = excerpt(`${filler}the lamp of the room ${filler}`);
  expect(middle).toMatch(/^…[\s\S]*the lamp of the room[\s\S]*…$/);
  expect(middle?.length).toBeLessThanOrEqual(902);
  expect(excerpt(`the lamp of the room ${filler}`)).toMatch(/^the lamp of the room[\s\S]*…$/);
  expect(excerpt(`${filler}the lamp of the room`)).toMatch(/^…[\s\S]*the lamp of the room$/);
  expect(excerpt('the lamp of the room')).toBe('the lamp of the room');
  // A rarer word is worth more of the excerpt than a frequent one.
  expect(excerpt(`a room ${filler}the lamp ${filler}`)).toContain('the lamp');
});
