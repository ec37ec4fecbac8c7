import { expect, test } from 'vitest';
import { readTalkWords } from '../../src/cli/ask/read-talk-words.ts';

const RUNS = ['ab12cd34ef56', 'why7'];

test('the run is told from the question, whichever stands first', () => {
  expect(readTalkWords(['And why?'], RUNS)).toEqual({ words: ['And why?'] });
  for (const run of ['ab12cd34ef56', 'ab12']) {
    expect(readTalkWords([run, 'And why?'], RUNS)).toEqual({ named: run, words: ['And why?'] });
    expect(readTalkWords(['And why?', run], RUNS)).toEqual({ named: run, words: ['And why?'] });
  }
  expect(readTalkWords(['why', 'ab12'], RUNS)).toEqual({ named: 'ab12', words: ['why'] });
});

test('a beginning that is short is one where it stands first', () => {
  expect(readTalkWords(['ab', 'And why?'], RUNS)).toEqual({ named: 'ab', words: ['And why?'] });
});

test('neither a run is told of both words, and a run alone of the question that is missing', () => {
  expect(() => readTalkWords(['zzzz', 'And why?'], RUNS)).toThrow(
    'neither `zzzz` nor `And why?` is a run here',
  );
  expect(() => readTalkWords(['ab12'], RUNS)).toThrow('`ab12` is a run; expected a question');
});
