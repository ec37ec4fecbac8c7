import { describe, expect, it } from 'vitest';
import { readOutput } from '../../src/expressions/read-output.ts';
import { validateValue } from '../../src/expressions/validate-value.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';

const finding: JsonObject = {
  type: 'object',
  required: ['title', 'line'],
  additionalProperties: false,
  properties: {
    title: { type: 'string' },
    line: { type: 'integer' },
    severity: { enum: ['major', 'minor'] },
    sure: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
  },
};
const findings: JsonObject = {
  type: 'object',
  required: ['findings'],
  additionalProperties: false,
  properties: { findings: { type: 'array', items: finding } },
};

const good = { title: 'a "quoted" title', line: 3 };
const json = JSON.stringify(good);

describe('readOutput', () => {
  it('takes exact JSON without a word', () => {
    expect(readOutput(` ${json}\n`, finding)).toEqual({ ok: true, value: good, repairs: [] });
  });

  it.each([
    ['fences', `\`\`\`json\n${json}\n\`\`\``],
    ['prose around', `Here is the review [as asked]:\n${json}\nHope it helps {smile}!`],
    ['the same twice', `${json}\n\n${json}`],
    ['the same in another order', `{"line":3,"title":"a \\"quoted\\" title"} ${json}`],
    ['another object that does not fit', `Given {"x": 1} the answer is ${json}`],
    ['a result wrapper', JSON.stringify({ result: good })],
    ['two wrappers', JSON.stringify({ output: { finding: good } })],
    ['JSON in a string', JSON.stringify(json)],
    ['a list of one', JSON.stringify([good])],
    ['a trailing comma', '{"title": "a \\"quoted\\" title", "line": 3,}'],
    ['comments', '{"title": "a \\"quoted\\" title", // it\'s\n"line": 3}'],
    ['Python', "{'title': 'a \"quoted\" title', 'line': 3}"],
    ['bare keys', '{title: "a \\"quoted\\" title", line: 3}'],
    ['text for a number', '{"title": "a \\"quoted\\" title", "line": "3"}'],
    ['null for absent', '{"title": "a \\"quoted\\" title", "line": 3, "severity": null}'],
  ])('mends %s, and says so', (_name, text) => {
    const reading = readOutput(text, finding);
    expect(reading).toMatchObject({ ok: true, value: good });
    if (reading.ok && !text.startsWith(json)) expect(reading.repairs.length).toBeGreaterThan(0);
  });

  it('mends a raw line break in a string', () => {
    const reading = readOutput('{"title": "a\nb", "line": 3}', finding);
    expect(reading).toMatchObject({ ok: true, value: { title: 'a\nb', line: 3 } });
  });

  it('names each change of type', () => {
    const text = JSON.stringify({ title: 7, line: '3', severity: 'Major', sure: 'True', tags: 'x' });
    expect(readOutput(text, finding)).toEqual({
      ok: true,
      value: { title: '7', line: 3, severity: 'major', sure: true, tags: ['x'] },
      repairs: [
        'read `/title` as "7" where it was 7',
        'read `/line` as 3 where it was "3"',
        'read `/severity` as "major" where it was "Major"',
        'read `/sure` as true where it was "True"',
        'read `/tags` as ["x"] where it was "x"',
      ],
    });
  });

  it('mends a thousand places', () => {
    const many = Array.from({ length: 1_200 }, () => ({ title: 't', line: '3' }));
    const reading = readOutput(JSON.stringify({ findings: many }), findings);
    expect(reading.ok && reading.repairs.length).toBe(1_200);
  });

  it('takes plain text where the artifact is a text', () => {
    expect(readOutput('Use {a: 1} and [x', { type: 'string' })).toMatchObject({
      ok: true,
      value: 'Use {a: 1} and [x',
    });
    expect(readOutput('"quoted"', { type: 'string' })).toEqual({ ok: true, value: 'quoted', repairs: [] });
  });
});

describe('readOutput: a bare word where one scalar is wanted', () => {
  const verdict = { enum: ['yes', 'no'] };
  it.each([
    ['yes', verdict, 'yes'],
    ['Yes.', verdict, 'yes'],
    ['**no**', verdict, 'no'],
    ['**No.**', verdict, 'no'],
    ['**No**.', verdict, 'no'],
    ['`yes`', verdict, 'yes'],
    ["'yes'", verdict, 'yes'],
    ['“Yes”', verdict, 'yes'],
    ['"Yes."', verdict, 'yes'],
    ['```\nyes\n```', verdict, 'yes'],
    ['```json\n"yes"\n```', verdict, 'yes'],
    ['Yes.', { type: 'string', enum: ['yes', 'no'] }, 'yes'],
    ['*done*', { const: 'done' }, 'done'],
    ['DONE.', { type: 'string', const: 'DONE' }, 'DONE'],
    ['e.g.', { enum: ['e.g.', 'i.e.'] }, 'e.g.'],
    ['True', { type: 'boolean' }, true],
    ['`false`.', { type: ['boolean', 'null'] }, false],
    ['42.', { type: 'integer' }, 42],
    ['**-1.5**', { type: 'number' }, -1.5],
    ['2', { enum: [1, '2'] }, '2'],
  ] as const)('%j is taken', (text, schema, value) => {
    const reading = readOutput(text, schema as unknown as JsonSchema);
    expect(reading).toMatchObject({ ok: true, value });
    expect(reading.ok && reading.repairs.length).toBe(1);
  });

  it('says what was taken for what', () => {
    expect(readOutput(' **No.**\n', verdict)).toEqual({
      ok: true,
      value: 'no',
      repairs: ['took the bare word "**No.**" as "no"'],
    });
  });

  it.each([
    ['yes, I think so', verdict],
    ['The answer is yes.', verdict],
    ['yes no', verdict],
    ['yes...', verdict],
    ['"yes" or "no"', verdict],
    ['*yes* or *no*', verdict],
    ['maybe', verdict],
    ['YES', { enum: ['Yes', 'yes'] }],
    ['it is true', { type: 'boolean' }],
    ['yes', { type: 'boolean' }],
    ['42 or 43', { type: 'integer' }],
    ['-1', { type: 'integer', minimum: 0 }],
    ['42', { type: 'object' }],
    ['title', finding],
    ['word', true],
    ['x'.repeat(1000), verdict],
  ] as const)('%j is not', (text, schema) => {
    expect(readOutput(text, schema as unknown as JsonSchema).ok).toBe(false);
  });
});

describe('readOutput: the last answer', () => {
  const read = (value: object) => readOutput(JSON.stringify(value), findings, { last: true });

  it('is taken without what nobody asked for, and that is named', () => {
    const value = { findings: [{ ...good, why: 'x', line: '3' }], notices: ['y'], 'a/b': 1 };
    expect(read(value)).toEqual({
      ok: true,
      value: { findings: [{ ...good, line: 3 }] },
      repairs: expect.arrayContaining([
        'left out `/notices`, which the schema does not have',
        'left out `/findings/0/why`, which the schema does not have',
      ]),
    });
    expect(readOutput(JSON.stringify(value), findings).ok).toBe(false);
  });

  it('is refused when something is missing, as after a slip in a name', () => {
    const { title: _title, ...untitled } = good;
    expect(read({ findings: [{ ...untitled, titel: 'a' }] })).toMatchObject({ ok: false });
    expect(read({ finding: [] })).toMatchObject({ ok: false });
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`extra${index}`, 1]));
    expect(read({ findings: [], ...many })).toMatchObject({ ok: false });
  });
});

describe('readOutput: what it refuses', () => {
  it.each([
    ['nothing', '  ', 'empty'],
    ['no JSON', 'I could not find anything.', 'no JSON'],
    ['a cut string', '{"title": "a", "line": 3, "tags": ["x', 'ends early'],
    ['a cut list', '{"findings": [{"title": "a", "line": 3}', 'ends early'],
    ['a cut string that ends in a brace', '{"line": 3, "title": "if (x) { y }', 'ends early'],
    ['a whole one, then a cut one', `${json}\nCorrected:\n{"title": "b", "li`, 'ends early'],
    ['two different answers', `${json} or rather {"title": "b", "line": 4}`, 'different'],
    ['an ellipsis', '{"findings": [{"title": "a", "line": 3}, ...]}', '...'],
    ['a missing value', '{"title": "a", "line": }', 'no JSON'],
    ['a fraction for an integer', '{"title": "a", "line": "3.5"}', 'must be integer'],
    ['digits beyond a number', '{"title": "a", "line": "12345678901234567890"}', 'must be integer'],
    ['null where a value is due', '{"title": "a", "line": null}', '`/line` must be integer; found null'],
    ['an unknown property', '{"title": "a", "line": 3, "why": "x"}', 'unexpected property `why`'],
    ['a wrapper with more in it', JSON.stringify({ thought: 'x', result: good }), 'lacks the property'],
    ['a list of two', JSON.stringify([good, { ...good, line: 4 }]), 'must be object'],
  ])('%s', (_name, text, problem) => {
    const schema = text.includes('"findings"') ? findings : finding;
    const reading = readOutput(text, schema);
    expect(reading.ok ? reading.value : reading.problem).toContain(problem);
  });
});

describe('readOutput: hostile text', () => {
  it.each([
    ['deep nesting', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['deep broken nesting', `{a:${'['.repeat(100_000)}${']'.repeat(100_000)},}`],
    ['closers that close nothing', '['.repeat(100_000) + '}'.repeat(100_000)],
    ['many small regions', '{a:1} '.repeat(50_000)],
    ['many quotes', `{${'"'.repeat(300_001)}`],
    ['white space', `{${' '.repeat(300_000)}x`],
  ])('%s is refused, and soon', (_name, text) => {
    expect(readOutput(text, { type: 'object', required: ['title'] }).ok).toBe(false);
  });

  it('keeps keys of prototypes as own keys', () => {
    const reading = readOutput('{"result": {"__proto__": {"title": "x"}, "line": "3"}}', finding);
    expect(reading.ok).toBe(false);
    const open = readOutput('{"__proto__": {"a": 1}}', { type: 'object', required: ['__proto__'] });
    expect(open.ok && Object.keys(open.value as object)).toEqual(['__proto__']);
  });
});

describe('readOutput: laws', () => {
  const values = fc.jsonValue({ depthSize: 'small' }) as fc.Arbitrary<JsonValue>;
  const objects = fc.dictionary(fc.string(), values, { minKeys: 1 }) as fc.Arbitrary<JsonObject>;
  const schemas: readonly JsonSchema[] = [
    true,
    finding,
    findings,
    { type: 'array', items: finding },
    { type: 'array', items: { type: ['integer', 'null'] } },
    { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'boolean' } }] },
    { type: 'object', additionalProperties: { type: 'string' } },
    { type: 'string', maxLength: 5 },
    false,
  ];
  const pieces = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ',',
      ':',
      '\\',
      'null',
      'true',
      '3',
      '"3"',
      ' ',
      '\n',
      '```json',
      '```',
      '...',
    ],
    ...[
      '"title"',
      '"line"',
      '"findings"',
      'title',
      json,
      '//',
      '/*',
      '*/',
      "it's",
      'None',
      'undefined',
      'NaN',
      '-',
    ],
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 20 }).map(parts => parts.join('')),
    fc.string({ unit: 'binary' }),
    values.map(value => JSON.stringify(value)),
  );

  it('returns only values that fit, and never throws', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...schemas), (text, schema) => {
        const reading = readOutput(text, schema);
        if (reading.ok) expect(validateValue(schema, reading.value)).toEqual([]);
        else expect(reading.problem).not.toBe('');
      }),
      { numRuns: 3_000 },
    );
  });

  it('returns a value that fits unchanged, with or without prose', () => {
    fc.assert(
      fc.property(objects, value => {
        const text = JSON.stringify(value);
        expect(readOutput(text, { type: 'object' })).toEqual({
          ok: true,
          value: JSON.parse(text),
          repairs: [],
        });
        const prose = readOutput(
          `The answer:\n\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\nDone.`,
          {
            type: 'object',
          },
        );
        expect(prose).toMatchObject({ ok: true });
        if (prose.ok) expect(JSON.stringify(prose.value)).toBe(text);
      }),
    );
  });

  it('never completes a text that was cut', () => {
    fc.assert(
      fc.property(
        objects,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (value, share, isPretty) => {
          const text = JSON.stringify(value, null, isPretty ? 2 : 0);
          const cut = text.slice(0, Math.floor(share * (text.length - 1)));
          expect(readOutput(cut, true).ok).toBe(false);
          expect(readOutput(`Here:\n\`\`\`json\n${cut}`, true).ok).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
