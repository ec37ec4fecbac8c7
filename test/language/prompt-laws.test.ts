import { Liquid } from 'liquidjs';
import { describe, expect, test } from 'vitest';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { checkTemplate } from '../../src/expressions/template-check.ts';
import { renderTemplate } from '../../src/expressions/template-evaluate.ts';
import { inlinePartials } from '../../src/language/inline-partials.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { promptHash } from '../../src/language/prompt-hash.ts';
import { listPartialTags } from '../../src/language/prompt-partials.ts';
import { createPromptShelf } from '../../src/language/prompt-shelf.ts';
import { asScalar } from '../../src/language/prompt-text.ts';
import { readPromptFile } from '../../src/language/read-prompt-file.ts';
import { createReport } from '../../src/language/report.ts';
import { scalarRange } from '../../src/language/scalar-range.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';

const PIECES = [
  ...[
    '---',
    '---\n',
    '\n',
    '\r\n',
    'model: a',
    'input:',
    '  a: { type: string }',
    '- x',
    ': ',
    '"',
    "'",
    '\uFEFF',
  ],
  ...[
    '{% render "a" %}',
    '{% include',
    '{%- raw -%}',
    '{% endraw %}',
    '{% comment %}',
    '%}',
    '{{',
    '}}',
    '{#',
    'text',
  ],
];
const anyText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

test('reading a prompt file never throws, and all that is wrong stands in the text', () => {
  fc.assert(
    fc.property(anyText, text => {
      const { prompt, body, diagnostics } = readPromptFile('prompts/a.prompt.md', text);
      const plain = text.replace(/^\uFEFF/, '');
      expect(plain.slice(body.start).replaceAll('\r\n', '\n').replace(/\n$/, '')).toBe(prompt.body);
      for (const { range } of diagnostics) {
        expect(range.start.offset).toBeGreaterThanOrEqual(0);
        expect(range.end.offset).toBeLessThanOrEqual(plain.length);
      }
      for (const { offset, length } of listPartialTags(prompt.body))
        expect(prompt.body.slice(offset, offset + length)).toMatch(/^\{%[\s\S]*%\}$/);
      promptHash(prompt, () => prompt);
    }),
  );
});

test('a text of many openers is read in time', () => {
  const started = readPromptFile('prompts/a.prompt.md', '{% "{%'.repeat(100_000)).prompt;
  expect(started.includes).toEqual([]);
  expect(listPartialTags('{% render "a" '.repeat(60_000))).toHaveLength(0);
});

const key = fc.constantFrom('description', 'model', 'x-note', 'x-other');
const front = fc.uniqueArray(fc.tuple(key, fc.constantFrom('one', 'two', '3', 'a: b')), {
  selector: ([name]) => name,
  maxLength: 4,
});
const lines = fc.array(fc.constantFrom('Say {{ a }}', '', 'two  ', '{% include "p" %}', 'ü 🙂'), {
  maxLength: 6,
});

function written(rows: readonly (readonly [string, string])[], body: readonly string[]): string {
  const head = rows.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`).join('');
  return `---\n${head}---\n${body.join('\n')}\n`;
}

const PARTIAL = readPromptFile('prompts/_p.prompt.md', 'partial').prompt;
const hashOf = (text: string, partial = PARTIAL) =>
  promptHash(readPromptFile('prompts/a.prompt.md', text).prompt, name =>
    name === 'p' ? partial : undefined,
  );

test('the version is the same whatever the ends of lines, the order of keys, comments and a byte order mark are', () => {
  fc.assert(
    fc.property(front, lines, fc.infiniteStream(fc.nat(9)), (rows, body, numbers) => {
      const text = written(rows, body);
      const shuffled = rows
        .map(row => [numbers.next().value, row] as const)
        .toSorted(([left], [right]) => left - right)
        .map(([, row]) => row);
      expect(hashOf(text.replaceAll('\n', '\r\n'))).toBe(hashOf(text));
      expect(hashOf(`\uFEFF${text}`)).toBe(hashOf(text));
      expect(hashOf(written(shuffled, body))).toBe(hashOf(text));
      expect(hashOf(text.replace('---\n', '---\n# a remark\n'))).toBe(hashOf(text));
      expect(hashOf(`${text.trimEnd()}\n`)).toBe(hashOf(text.trimEnd()));
    }),
  );
});

test('one changed sign of the body, of a value or of a partial makes another version', () => {
  fc.assert(
    fc.property(front, lines, fc.nat(), (rows, body, at) => {
      const text = written(rows, ['first', ...body]);
      const start = text.indexOf('first');
      const place = start + (at % (text.length - 1 - start));
      const changed = `${text.slice(0, place)}${text[place] === 'x' ? 'y' : 'x'}${text.slice(place + 1)}`;
      expect(hashOf(changed)).not.toBe(hashOf(text));
      expect(hashOf(written([...rows, ['x-more', 'x']], body))).not.toBe(hashOf(written(rows, body)));
    }),
  );
  const other = readPromptFile('prompts/_p.prompt.md', 'Partial').prompt;
  expect(hashOf('{% include "p" %}', other)).not.toBe(hashOf('{% include "p" %}'));
  expect(hashOf('no partial', other)).toBe(hashOf('no partial'));
});

test('partials that put each other in still have a version', () => {
  const [a, b] = ['b', 'a'].map(
    name => readPromptFile('prompts/_x.prompt.md', `{% include "${name}" %}`).prompt,
  );
  const hash = promptHash(readPromptFile('prompts/m.prompt.md', '{% include "a" %}').prompt, name =>
    name === 'a' ? a : b,
  );
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

const SCOPE = { one: 'eins', two: ['a', 'b'], three: { x: 3 }, four: true };
const piece = fc.constantFrom(
  ...[
    'plain ',
    '\n',
    '  ',
    '{{ one }}',
    '{{- three.x }}',
    '{{ two | json -}}',
    '{% if four %}yes{% endif %}',
  ],
  ...[
    '{% for item in two %}<{{ item }}>{% endfor %}',
    '{% raw %}{% include "p" %}{% endraw %}',
    '{{ given }}',
    '{{ given }}',
  ],
  ...['{% assign own = one %}{{ own }}', '{% # remark %}'],
);
const put = (name: string) =>
  fc.constantFrom(
    `{% include "${name}" %}`,
    `{%- include '${name}' -%}`,
    `{% include "${name}", given: three.x %}`,
    `{% include "${name}", given: one, more: "a, b" %}`,
    `{% for item in two %}{% include "${name}", given: item %}{% endfor %}`,
    `{% for given in two %}{% include "${name}", given: given %}{% endfor %}`,
  );
const bodyOf = (names: readonly string[]) =>
  fc.array(fc.oneof(piece, ...names.map(put)), { minLength: 1, maxLength: 6 }).map(parts => parts.join(''));

test('a text with its partials in place is what rendering with partials gives', () => {
  const engine = (templates: Record<string, string>) =>
    new Liquid({
      templates,
      strictVariables: true,
      ownPropertyOnly: true,
      lenientIf: true,
      relativeReference: false,
    });
  let compared = 0;
  fc.assert(
    fc.property(bodyOf(['p', 'q']), bodyOf(['q']), bodyOf([]), (main, p, q) => {
      const readSource = sourceOf({ 'f/_p.prompt.md': p, 'f/_q.prompt.md': q });
      const { report, failed } = createReport();
      const shelf = createPromptShelf('f', { readSource, sources: new Map(), report });
      const read = readPromptFile('f/main.prompt.md', main);
      const inlined = inlinePartials(read, { shelf, report });
      if (failed()) return;
      compared += 1;
      expect(attempt(() => renderTemplate(`${inlined.text}.`, SCOPE))).toEqual(
        attempt(() => `${engine({ p: textOf(p), q: textOf(q) }).parseAndRenderSync(textOf(main), SCOPE)}.`),
      );
      // Every sign of it stands somewhere in a file.
      const node = asScalar(inlined, read.body);
      for (const [offset, sign] of [...inlined.text].entries()) {
        if (
          !/\w/.test(sign) ||
          inlined.pieces.some(one => one.glue && one.at <= offset && offset < one.at + one.length)
        )
          continue;
        const { file, start } = scalarRange(node, offset, 1);
        const text = { 'f/main.prompt.md': main, 'f/_p.prompt.md': p, 'f/_q.prompt.md': q }[file];
        expect(text?.[start.offset]).toBe(sign);
      }
      expect(checkTemplate(inlined.text, 'text').problems).toEqual([]);
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(100);
});

/** The last end of a line is no part of a file. */
function textOf(file: string): string {
  return file.replace(/\n$/, '');
}

/** What comes out, or that nothing does. */
function attempt(render: () => string): string | undefined {
  try {
    return render();
  } catch {
    return undefined;
  }
}

const given = fc.constantFrom(
  ...[
    '"{{ one }}"',
    '"{{ collect.patch | json }}"',
    '"{{"',
    '"a {{ inputs.tone }} b"',
    '7',
    '-1e30',
    'true',
    'null',
    '[]',
    '{}',
  ],
  ...['"{{ it }}"', '"{% endcapture %}"', "'it''s \"so\"'", '"{% raw %}"', '"{{ a }}"', '"{{ b }}"', '""'],
);
const use = fc
  .tuple(
    fc.constantFrom('main', 'p', 'Main', 'none', '_p'),
    fc.constantFrom('', ', variant: v', ', variant: 7'),
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'tone'), given), { maxLength: 3 }),
  )
  .map(([name, variant, rows]) => {
    const values = [...new Map(rows)].map(([key_, value]) => `${key_}: ${value}`).join(', ');
    return `{ prompt: ${name}${variant}${rows.length === 0 ? '' : `, with: { ${values} }`} }`;
  });
const input = fc.constantFrom(
  '',
  '---\ninput: { a: { type: string }, b: { type: integer, default: 3 } }\n---\n',
  '---\ninput: { tone: {} }\nmodel: x\noutput: 7\n---\n',
);

test('a crew whose prompt files hold anything is a program, or has errors that stand in its files', () => {
  fc.assert(
    fc.property(use, use, input, fc.oneof(anyText, bodyOf(['p'])), anyText, (task, goal, head, main, p) => {
      const text = `version: 1
crew: any
goal: ${goal}
inputs: { tone: { type: string, default: plain } }
roles: { writer: { goal: Write. } }
tools: { git: builtin:git }
start: collect
phases:
  collect: { tool: git.diff, with: { range: HEAD }, next: it }
  it: { role: writer, task: ${task}, next: done }
  done: { end: success, result: "{{ it }}" }
`;
      const files = { 'a.yaml': text, 'prompts/main.prompt.md': head + main, 'prompts/_p.prompt.md': p };
      const { crew, diagnostics, sources, sourceMap } = loadCrew({
        path: 'a.yaml',
        readSource: sourceOf(files),
        listFolder: () => ['main.prompt.md', '_p.prompt.md'],
        catalog: CATALOG,
      });
      expect(crew === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      for (const { range, message } of diagnostics) {
        expect(range.end.offset).toBeLessThanOrEqual(sources.get(range.file)?.length ?? -1);
        expect(message).not.toMatch(/undefined|\[object|NaN/);
      }
      if (crew === undefined) return;
      const program = compileCrew(crew, { sourceMap, catalog: CATALOG });
      for (const template of [program.phases.it].flatMap(phase =>
        phase?.kind === 'role' ? [phase.task] : [],
      ))
        expect(checkTemplate(template, 'text').problems).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

describe('partials that put one another in many times', () => {
  /** Partials `p0` … of which each puts in those that `inner` names, and how often one of them is looked for. */
  const hashed = (count: number, inner: (at: number) => readonly number[], last = '') => {
    const partials = Array.from({ length: count }, (_, at) => {
      const tags = inner(at).map(other => `{% render "p${other}" %}`);
      return readPromptFile(`_p${at}.prompt.md`, tags.join('') + (at === count - 1 ? last : '')).prompt;
    });
    let looks = 0;
    const main = readPromptFile('m.prompt.md', '{% render "p0" %}').prompt;
    const hash = promptHash(main, name => {
      looks += 1;
      if (looks > 1_000_000) throw new Error('looked a million times');
      return partials[Number(name.slice(1))];
    });
    return { hash, looks };
  };
  const twice = (at: number): readonly number[] => [at + 1, at + 2];
  const all = (at: number): readonly number[] => Array.from({ length: 40 }, (_, other) => (at + other) % 40);

  test.each([
    ['in a row', twice],
    ['all in all', all],
    ['in a row and back', (at: number) => [...twice(at), 0]],
  ])('%s are looked at few times', (_what, inner) => {
    const { hash, looks } = hashed(40, inner);
    expect(looks).toBeLessThan(10_000);
    expect(hashed(40, inner, 'x').hash).not.toBe(hash);
  });
});
