import { describe, expect, test } from 'vitest';
import { loadCrew } from '../../src/language/load-crew.ts';
import { promptHash } from '../../src/language/prompt-hash.ts';
import { readPromptFile } from '../../src/language/read-prompt-file.ts';
import { loneUnitOf } from '../../src/model/source.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';
import { codesOf, errorsOf, HEAD, load } from './prompt-crew.ts';

describe('the output of a prompt that refers to a file', () => {
  const use = '{ role: writer, task: { prompt: main }, next: done }';
  const usedWith = (output: string, schema: string) => {
    const main = `---\noutput: ${output}\n---\nWrite.`;
    const files = { 'prompts/s.json': schema, 'prompts/t.json': '{ "type": "string" }' };
    return load(use, { main }, files).crew?.prompts?.[0];
  };

  test('has a hash of its own, of what stands in the file', () => {
    const [text, list, spaced] = [
      '{"type":"string"}',
      '{"type":"array"}',
      '{ "$id": "x", "type": "string" }\n',
    ].map(schema => usedWith('{ $ref: s.json }', schema));
    expect(text?.output).toMatch(/^[0-9a-f]{64}$/);
    expect(list?.output).not.toBe(text?.output);
    expect(list?.hash).toBe(text?.hash);
    expect(spaced?.output).toBe(text?.output);
  });

  test('has one for files inside files too, and none without files', () => {
    const inner = usedWith('{ type: array, items: { $ref: s.json } }', '{ "not": { "$ref": "t.json" } }');
    expect(inner?.output).toMatch(/^[0-9a-f]{64}$/);
    expect(usedWith('{ type: array, items: { $ref: s.json } }', '{ "not": {} }')?.output).not.toBe(
      inner?.output,
    );
    expect(usedWith('{ type: string }', '{}')).not.toHaveProperty('output');
  });
});

describe('a file that is not UTF-8', () => {
  const use = '{ role: writer, task: { prompt: main }, next: done }';
  const stray = loneUnitOf(0xe9);

  test('is an error at the byte, in a body, in a front matter and in a partial', () => {
    expect(codesOf(load(use, { main: `One\nCaf${stray}` }))).toEqual(['not-utf8 prompts/main.prompt.md:2:4']);
    expect(codesOf(load(use, { main: `---\ndescription: ${stray}\n---\nA` }))).toEqual([
      'not-utf8 prompts/main.prompt.md:2:14',
    ]);
    const partial = { main: '{% render "p" %}', _p: `\n\n${stray}` };
    expect(codesOf(load(use, partial))).toEqual(['not-utf8 prompts/_p.prompt.md:3:1']);
  });

  test('has another version for every other byte', () => {
    const hash = (byte: number) =>
      promptHash(readPromptFile('a.prompt.md', `Caf${loneUnitOf(byte)}`).prompt, () => undefined);
    expect(hash(0xe9)).not.toBe(hash(0xe8));
  });

  test('is said to look like UTF-16 where it does', () => {
    const [finding] = load(use, { main: 'A\0B\0' }).diagnostics;
    expect(finding).toMatchObject({ code: 'not-utf8', hint: expect.stringContaining('UTF-16') });
  });

  test('is an error in the schema of an output', () => {
    const main = '---\noutput: { $ref: s.json }\n---\nA';
    const loaded = load(use, { main }, { 'prompts/s.json': `{ "title": "${stray}" }` });
    expect(codesOf(loaded)).toEqual(['not-utf8 prompts/s.json:1:13']);
  });
});

describe('what is certainly no text for a model', () => {
  const use = '{ role: writer, task: { prompt: main }, next: done }';

  test('is a conflict of git, at its first mark', () => {
    const [ours, middle, theirs] = ['<', '=', '>'].map(sign => sign.repeat(7));
    const main = `A\n${ours} HEAD\nB\n${middle}\nC\n${theirs} main\n`;
    expect(codesOf(load(use, { main }))).toEqual(['conflict-marker prompts/main.prompt.md:2:1']);
    expect(codesOf(load(use, { main: main.replaceAll('\n', '\r\n') }))).toHaveLength(1);
    const about = `Look for lines such as \`${ours} HEAD\`.\n\nTitle\n${middle}\n`;
    expect(load(use, { main: about }).crew).toBeDefined();
  });

  test('is a conflict where the three marks follow one another, and nothing else', () => {
    const [ours, middle, theirs] = ['<', '=', '>'].map(sign => sign.repeat(7));
    const line = fc.constantFrom(
      `${ours} HEAD`,
      ours,
      middle,
      `${theirs} main`,
      theirs,
      'text',
      `${middle}=`,
      ` ${ours}`,
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = `A${end}${lines.join(end)}`;
        const at = /^<{7}(?: .*)?\r?$[\s\S]*?^={7}\r?$[\s\S]*?^>{7}(?: .*)?\r?$/m.exec(text)?.index;
        const { diagnostics } = readPromptFile('a.prompt.md', text);
        const found = diagnostics.filter(({ code }) => code === 'conflict-marker');
        expect(found.map(({ range }) => range.start.offset)).toEqual(at === undefined ? [] : [at]);
      }),
    );
    // A text of marks alone is read as fast as any other.
    const marks = `${`${ours}\n`.repeat(40_000)}${`${middle}\n`.repeat(40_000)}`;
    expect(readPromptFile('a.prompt.md', marks).diagnostics).toEqual([]);
  });

  test('is a front matter behind an empty line', () => {
    const main = '\n---\ndescription: A\n---\nText';
    expect(codesOf(load(use, { main }))).toEqual(['prompt-front-matter prompts/main.prompt.md:2:1']);
    expect(load(use, { main: '\n---\n\nA text between lines.\n\n---\n' }).crew).toBeDefined();
  });
});

describe('the front matter is held against itself', () => {
  const use = '{ role: writer, task: { prompt: main, with: { n: a } }, next: done }';
  const head = (input: string, samples = '[]') =>
    errorsOf(load(use, { main: `---\ninput: { n: ${input} }\nsamples: ${samples}\n---\n{{ n }}` }));

  test('a default that its input does not take is an error, also where it is not needed', () => {
    expect(head('{ type: string, default: 3 }')).toEqual(['invalid-default prompts/main.prompt.md:2:38']);
    expect(head('{ type: string, default: c }')).toEqual([]);
  });

  test.each([
    ['[{ n: 3 }]', 'invalid-argument prompts/main.prompt.md:3:16'],
    ['[{ n: a, m: b }]', 'unknown-input prompts/main.prompt.md:3:19'],
    ['[{ n: a }, {}]', 'missing-input prompts/main.prompt.md:3:21'],
  ])('the samples %s are not of its inputs', (samples, found) => {
    expect(head('{ type: string }', samples)).toEqual([found]);
  });
});

describe('what is wrong is said once, with what was meant', () => {
  const use = (text: string) => `{ role: writer, task: { ${text} }, next: done }`;
  const hintOf = (main: string, files: readonly string[]) => {
    const readSource = sourceOf({ 'a.crew.yaml': `${HEAD}  it: ${use(main)}\n` });
    const loaded = loadCrew({ path: 'a.crew.yaml', readSource, listFolder: () => files, catalog: CATALOG });
    return loaded.diagnostics.find(({ code }) => code === 'prompt-not-found')?.hint;
  };

  test.each([
    ['a variant alone', 'note.short.prompt.md', 'there is `variant: short`'],
    ['another case', 'Note.prompt.md', 'rename `Note.prompt.md` to `note.prompt.md`'],
    ['another ending', 'note.md', 'rename `note.md` to `note.prompt.md`'],
    ['a near name', 'notes.prompt.md', 'did you mean `notes`?'],
  ])('a prompt that is not there, and %s is', (_what, file, hint) => {
    expect(hintOf('prompt: note', [file])).toBe(hint);
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a partial is missing',
      { main: '{% render "gone" %}' },
      ['prompt-not-found prompts/main.prompt.md:1:11'],
    ],
    [
      'a partial is broken',
      { main: '{% render "p" %}', _p: '{% if x %}' },
      ['template-syntax prompts/_p.prompt.md:1:1'],
    ],
    ['the file is too large', { main: 'x'.repeat(1_100_000) }, ['file-too-large prompts/main.prompt.md:1:1']],
  ])('no text is not told where %s', (_what, prompts, found) => {
    expect(codesOf(load(use('prompt: main'), prompts))).toEqual(found);
  });

  test('an input is not called unread where the text cannot be read', () => {
    const main = '---\ninput: { n: { type: string } }\n---\n{{ n }} {% if n %}';
    const found = codesOf(load(use('prompt: main, with: { n: a }'), { main }));
    expect(found).toEqual(['template-syntax prompts/main.prompt.md:4:9']);
  });

  test.each([
    ['{{ tone }}', 'an input is read as `inputs.tone`'],
    ['{{ collect | jsn }}', 'did you mean `json`?'],
  ])('%s has a hint', (main, hint) => {
    expect(load(use('prompt: main'), { main }).diagnostics[0]?.hint).toBe(hint);
  });

  test.each([
    ['Note', 'write `prompt: note`'],
    ['note.short', 'write `prompt: note, variant: short`'],
    ['note.prompt.md', 'write `prompt: note`'],
  ])('the name %s has a hint', (name, hint) => {
    expect(load(use(`prompt: ${name}`)).diagnostics[0]?.hint).toBe(hint);
  });
});
