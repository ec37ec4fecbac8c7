import { describe, expect, test } from 'vitest';
import { OWN_FILTERS } from '../../src/expressions/own-filters.ts';
import { schemaType } from '../../src/expressions/schema-type.ts';
import { checkTemplate } from '../../src/expressions/template-check.ts';
import { renderTemplate } from '../../src/expressions/template-evaluate.ts';
import { typeTemplate } from '../../src/expressions/template-types.ts';
import { NULL, NUMBER, TEXT } from '../../src/expressions/value-type.ts';
import { approximateTokens } from '../../src/model/approximate-tokens.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { fc } from '../laws.ts';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);

describe('json', () => {
  test('writes a value, on lines of its own when it is told how far to indent', () => {
    expect(renderTemplate('{{ value | json }}!', { value: { a: [1, null] } })).toBe('{"a":[1,null]}!');
    expect(renderTemplate('{{ value | json: 2 }}!', { value: { a: 1 } })).toBe('{\n  "a": 1\n}!');
  });
});

describe('truncate_tokens', () => {
  test('leaves a text that is not longer as it is', () => {
    expect(renderTemplate('{{ text | truncate_tokens: 4 }}', { text: 'one two three four' })).toBe(
      'one two three four',
    );
  });

  test('cuts a longer text behind a word, and says so', () => {
    expect(renderTemplate('{{ text | truncate_tokens: 3 }}', { text: 'one two three four' })).toBe(
      'one two…',
    );
  });

  test('gives nothing for no tokens, and the mark alone where not even a word fits', () => {
    expect(renderTemplate('{{ text | truncate_tokens: 0 }}', { text: 'one two' })).toBe('');
    expect(renderTemplate('{{ text | truncate_tokens: 1 }}', { text: 'one two' })).toBe('…');
  });

  test('never tears a sign of two units apart', () => {
    const cut = renderTemplate('{{ text | truncate_tokens: 4 }}', { text: '🙂🙂🙂🙂🙂🙂🙂🙂' });
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.length).toBeGreaterThan(2);
  });

  test('is never longer than it was told, is a beginning, and stays as it is when it is cut again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(40), (text, most) => {
        const cut = renderTemplate(`{{ text | truncate_tokens: ${most} }}`, { text });
        expect(approximateTokens(cut)).toBeLessThanOrEqual(most);
        expect(cut === text || text.startsWith(cut.replace(/…$/, ''))).toBe(true);
        expect(renderTemplate(`{{ text | truncate_tokens: ${most} }}`, { text: cut })).toBe(cut);
      }),
    );
  });
});

describe('indent', () => {
  test('moves every line but the first and empty ones', () => {
    expect(renderTemplate('- {{ text | indent: 2 }}', { text: 'a\n\nb\nc' })).toBe('- a\n\n  b\n  c');
  });

  test('adds nothing but blanks', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), (text, width) => {
        const moved = renderTemplate(`{{ text | indent: ${width} }}`, { text });
        expect(moved.replaceAll(/\n {0,100}/g, '\n')).toBe(text.replaceAll(/\n {0,100}/g, '\n'));
      }),
    );
  });
});

describe('diff', () => {
  test('shows what changed, with three lines around it and where it stands', () => {
    const after = LINES.toSpliced(9, 1, 'line ten').join('\n');
    expect(renderTemplate('{{ before | diff: after }}', { before: LINES.join('\n'), after })).toBe(
      '@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+line ten\n line 11\n line 12\n line 13',
    );
  });

  test('has a hunk for each place that is far from the others', () => {
    const after = ['line 0', ...LINES.slice(0, -1)].join('\n');
    const diff = renderTemplate('{{ before | diff: after }}', { before: LINES.join('\n'), after });
    expect(diff.split('\n').filter(line => line.startsWith('@@'))).toEqual([
      '@@ -1,3 +1,4 @@',
      '@@ -17,4 +18,3 @@',
    ]);
  });

  test('is nothing where only the ends of lines and the last one differ', () => {
    expect(renderTemplate('{{ before | diff: after }}', { before: 'a\r\nb\r\n', after: 'a\nb' })).toBe('');
  });

  test('compares values by their JSON', () => {
    expect(renderTemplate('{{ before | diff: after }}', { before: { a: 1 }, after: { a: 2 } })).toBe(
      '@@ -1,1 +1,1 @@\n-{"a":1}\n+{"a":2}',
    );
  });

  test('says how many lines it left out of a large one', () => {
    const after = Array.from({ length: 5000 }, (_, index) => `new ${index}`).join('\n');
    const lines = renderTemplate('{{ before | diff: after }}', { before: 'old', after }).split('\n');
    expect(lines).toHaveLength(2001);
    expect(lines.at(-1)).toBe('… 3002 more lines');
  });

  test('makes the second text of the first', () => {
    const line = fc.constantFrom('a', 'b', 'c', '');
    const text = fc.array(line, { maxLength: 12 }).map(lines => ['start', ...lines, 'end'].join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = renderTemplate('{{ before | diff: after }}', { before, after });
        expect(patched(before, diff)).toBe(after);
      }),
    );
  });
});

/** Applies a diff by what its hunks say. */
function patched(before: string, diff: string): string {
  const old = before.split('\n');
  const now: string[] = [];
  let at = 0;
  for (const line of diff === '' ? [] : diff.split('\n')) {
    const start = /^@@ -(\d+),(\d+) /.exec(line);
    if (start) {
      const from = Number(start[1]) - (start[2] === '0' ? 0 : 1);
      now.push(...old.slice(at, from));
      at = from;
    } else if (line.startsWith('+')) {
      now.push(line.slice(1));
    } else {
      if (line.startsWith(' ')) now.push(line.slice(1));
      at += 1;
    }
  }
  return [...now, ...old.slice(at)].join('\n');
}

describe('what is wrong with an argument', () => {
  const problems = (template: string) =>
    checkTemplate(template, 'text').problems.map(({ message, offset }) => `${offset}: ${message}`);

  test('is said before a run, where the filter stands', () => {
    expect(problems('{{ a | indent }}')).toEqual(['7: `indent` needs a value: `text | indent: 4`']);
    expect(problems('{{ a | diff }}')).toEqual(['7: `diff` needs a value: `old | diff: new`']);
    expect(problems('{{ a | truncate_tokens: "9" }}')).toEqual([
      '7: `truncate_tokens` takes a number, not a text: `text | truncate_tokens: 500`',
    ]);
    expect(problems('{{ a | indent: 1, 2 }}')).toEqual(['7: `indent` takes one value: `text | indent: 4`']);
  });

  test('stops a rendering where it is known only then', () => {
    expect(() => renderTemplate('{{ a | indent: b }}', { a: 'x', b: -1 })).toThrow(
      /`indent` takes a whole number from 0 to 100, but got -1/,
    );
  });

  test('is nothing for the use that the table shows', () => {
    for (const { usage } of OWN_FILTERS) expect(problems(`{{ ${usage} }}`)).toEqual([]);
  });
});

test('every filter of ours gives a text, and one of null is told apart', () => {
  const types = new Map([
    ['text', TEXT],
    ['value', NUMBER],
    ['old', TEXT],
    ['new', TEXT],
    ['nothing', NULL],
  ]);
  const rootType = (name: string) => types.get(name);
  for (const { usage } of OWN_FILTERS)
    expect(typeTemplate(`{{ ${usage} }}`, { rootType }).type).toEqual(TEXT);
  const { problems } = typeTemplate('a {{ nothing | indent: 2 }}', { rootType });
  expect(problems.map(({ code }) => code)).toEqual(['nullable-field']);
});

test.each([
  ['{{ a | indent: -4 }}', '`indent` takes a whole number from 0 to 100, not -4'],
  ['{{ a | indent: 101 }}', '`indent` takes a whole number from 0 to 100, not 101'],
  ['{{ a | json: 99 }}', '`json` takes a whole number from 0 to 10, not 99'],
  ['{{ a | truncate_tokens: 1.5 }}', '`truncate_tokens` takes a whole number from 0 to 10000000, not 1.5'],
])('%s is refused before a run', (template, message) => {
  expect(checkTemplate(template, 'text').problems.map(problem => problem.message)).toEqual([message]);
});

test.each(['{{ a | indent: 100 }}', '{{ a | json: 0 }}', '{{ a | truncate_tokens: b }}'])(
  '%s is fine',
  template => {
    expect(checkTemplate(template, 'text').problems).toEqual([]);
  },
);

describe('an argument that is read', () => {
  const SCHEMAS: readonly (readonly [JsonObject, readonly JsonValue[]])[] = [
    [{ type: 'string' }, ['4', '', 'x']],
    [{ type: ['string', 'null'] }, ['4', null]],
    [{ type: ['integer', 'string'] }, [4, '4']],
    [{ type: ['integer', 'null'] }, [4, null]],
    [{ type: 'integer' }, [-1, 0, 4, 100_000_000]],
    [{ type: 'integer', minimum: 20_000_000 }, [20_000_000]],
    [{ type: 'number', maximum: -1 }, [-1, -2.5]],
    [{ enum: [1.5, 2.5] }, [1.5, 2.5]],
    [{ enum: [1.5, 2] }, [1.5, 2]],
    [{ const: 4 }, [4]],
    [{ type: 'boolean' }, [true, false]],
    [{ type: 'array', items: { type: 'integer' } }, [[4], []]],
    [{ type: 'object' }, [{}]],
    [{}, [4, '4', null]],
  ];
  const NUMBERED = OWN_FILTERS.filter(({ argument }) => argument !== 'text').map(({ name }) => name);
  const problemsAt = (name: string, schema: JsonObject): readonly string[] =>
    typeTemplate(`{{ text | ${name}: n }}!`, {
      rootType: root => (root === 'n' ? schemaType(schema) : TEXT),
    }).problems.map(({ code }) => code);
  const fails = (name: string, n: JsonValue): boolean => {
    try {
      renderTemplate(`{{ text | ${name}: n }}!`, { text: 'a', n });
      return false;
    } catch {
      return true;
    }
  };

  test('is refused before a run only where no value that fits its schema would pass', () => {
    for (const name of NUMBERED) {
      for (const [schema, values] of SCHEMAS) {
        const isRefused = problemsAt(name, schema).includes('filter-argument');
        if (isRefused)
          expect({ name, schema, fails: values.map(n => fails(name, n)) }).toEqual({
            name,
            schema,
            fails: values.map(() => true),
          });
      }
    }
  });

  test('is refused where its kind or its limits are known to be wrong', () => {
    const refused = SCHEMAS.filter(([schema]) => problemsAt('indent', schema).includes('filter-argument'));
    expect(refused.map(([schema]) => schema)).toEqual([
      { type: 'string' },
      { type: ['string', 'null'] },
      { type: 'integer', minimum: 20_000_000 },
      { type: 'number', maximum: -1 },
      { enum: [1.5, 2.5] },
      { type: 'boolean' },
      { type: 'array', items: { type: 'integer' } },
      { type: 'object' },
    ]);
    expect(problemsAt('diff', { type: 'integer' })).toEqual([]);
  });
});
