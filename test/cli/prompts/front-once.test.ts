import { expect, test } from 'vitest';
import { promptReader } from '../../../src/cli/prompt-versions/front-once.ts';
import { readPromptFile } from '../../../src/language/read-prompt-file.ts';
import { fc } from '../../laws.ts';

const FILE = 'prompt.prompt.md';
const line = fc.constantFrom(
  '---',
  '--- ',
  '----',
  '',
  'description: A',
  'samples: [',
  '# a remark',
  '{% render "style" %}',
  'Words {{ topic }}',
  '\uFEFF',
);
const text = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 8 })
  .chain(rows => fc.constantFrom('', '---').map(end => rows.map(row => row.join('')).join('') + end));

test('reads every text as readPromptFile does, in any order', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), texts => {
      const read = promptReader(FILE);
      for (const one of [...texts, ...texts]) expect(read(one)).toEqual(readPromptFile(FILE, one).prompt);
    }),
  );
});
