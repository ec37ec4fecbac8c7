import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { bundlesOf, expandGrants } from '../../src/language/bundles.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { isRepeatable } from '../../src/model/tool-spec.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';

const CREW = `version: 1
crew: example
goal: Say how long a text is.
roles:
  reader: { goal: Read closely., tools: [reading] }
tools:
  git: builtin:git
  text:
    module: ../tools/text.ts
    tools:
      count:
        description: Counts the words of a text.
        input: { $ref: ../schemas/count.schema.json }
        read_only: true
      now: { description: Says what time it is., output: { type: string } }
  reading: [git.log, text]
budget: { calls: 20 }
start: read
phases:
  read: { role: reader, task: Read, next: done }
  done: { end: success, result: "{{ read }}" }
`;
const INPUT = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };
const MODULE = '\uFEFFexport const now = () => "später";\n';
const FILES = {
  'crews/a.crew.yaml': CREW,
  'tools/text.ts': MODULE,
  'schemas/count.schema.json': JSON.stringify(INPUT),
};

function load(files: Readonly<Record<string, string>> = FILES, path = 'crews/a.crew.yaml') {
  return loadCrew({ path, readSource: sourceOf(files), catalog: CATALOG });
}

function compile(files: Readonly<Record<string, string>> = FILES) {
  const { crew, sourceMap, diagnostics } = load(files);
  if (crew === undefined) throw new Error(JSON.stringify(diagnostics));
  return compileCrew(crew, { sourceMap, catalog: CATALOG });
}

test('a module is lowered to its path, the hash of its bytes and the specs of its tools', () => {
  const { crew, diagnostics } = load();
  expect(diagnostics).toEqual([]);
  expect(crew?.toolsets).toEqual([
    { name: 'git', source: { kind: 'builtin', name: 'git' } },
    {
      name: 'text',
      source: {
        kind: 'module',
        path: 'tools/text.ts',
        sha256: createHash('sha256').update(MODULE).digest('hex'),
        tools: [
          {
            name: 'text.count',
            description: 'Counts the words of a text.',
            inputSchema: INPUT,
            readOnly: true,
            source: 'module',
          },
          {
            name: 'text.now',
            description: 'Says what time it is.',
            inputSchema: { type: 'object', properties: {}, additionalProperties: false },
            outputSchema: { type: 'string' },
            readOnly: false,
            source: 'module',
          },
        ],
      },
    },
  ]);
  expect(crew?.roles[0]?.tools).toEqual(['git.log', 'text']);
});

test('a program has the module with its hash, and the specs as models see them', () => {
  const program = compile();
  expect(program.tools.map(({ name, source }) => [name, source])).toEqual([
    ['git.diff', undefined],
    ['git.log', undefined],
    ['text.count', 'module'],
    ['text.now', 'module'],
  ]);
  const sha256 = createHash('sha256').update(MODULE).digest('hex');
  expect(program.toolsets).toEqual({ git: 'git', text: { module: 'tools/text.ts', sha256 } });
});

test('a tool that is safe to repeat says so, and nothing else may be said there', () => {
  const safe = {
    ...FILES,
    'crews/a.crew.yaml': CREW.replace('it is., output', 'it is., retry: safe, output'),
  };
  const specs = compile(safe).tools.filter(({ source }) => source === 'module');
  expect(specs.map(spec => [spec.repeatable === true, isRepeatable(spec)])).toEqual([
    [false, true],
    [true, true],
  ]);
  const other = {
    ...FILES,
    'crews/a.crew.yaml': CREW.replace('it is., output', 'it is., retry: always, output'),
  };
  expect(load(other).diagnostics).toMatchObject([{ severity: 'error' }]);
});

test('R7: a changed module changes the hash of the program', () => {
  const { hash } = compile();
  expect(compile({ ...FILES, 'tools/text.ts': `${MODULE}//` }).hash).not.toBe(hash);
  expect(compile({ ...FILES, 'README.md': 'x' }).hash).toBe(hash);
});

test('a crew inside a crew has modules of its own, relative to its own file', () => {
  const outer = `version: 1
crew: outer
goal: Ask another crew.
budget: { calls: 20 }
start: ask
phases:
  ask: { crew: ../crews/a.crew.yaml, next: done }
  done: { end: success, result: "{{ ask }}" }
`;
  const { crew, diagnostics, sourceMap } = load({ ...FILES, 'top/b.crew.yaml': outer }, 'top/b.crew.yaml');
  expect(diagnostics).toEqual([]);
  const program = crew && compileCrew(crew, { sourceMap, catalog: CATALOG });
  expect(program?.toolsets).toEqual({});
  expect(program?.crews?.ask?.toolsets.text).toMatchObject({ module: 'tools/text.ts' });
});

test('a module that is too large is not read', () => {
  const large = { ...FILES, 'tools/text.ts': 'x'.repeat(4 * 1024 * 1024 + 1) };
  expect(load(large).diagnostics.map(({ code }) => code)).toEqual(['file-too-large']);
});

describe('bundles', () => {
  test('are written out in the order of their members, each grant once', () => {
    const bundles = bundlesOf({ a: ['x.1', 'b', 'y'], b: ['y', 'x.1', 'z'], c: 'builtin:c', 'x-d': ['q'] });
    expect([...bundles.keys()]).toEqual(['a', 'b']);
    expect(expandGrants(['w', 'a', 'w', 'c'], bundles)).toEqual(['w', 'x.1', 'y', 'z', 'c']);
  });

  test('law: nothing of the expansion is a bundle, and expanding again changes nothing', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'constructor');
    const tools = fc.dictionary(name, fc.array(name, { maxLength: 4 }));
    fc.assert(
      fc.property(tools, fc.array(name), (written, grants) => {
        const bundles = bundlesOf(written);
        const expanded = expandGrants(grants, bundles);
        expect(expanded.filter(grant => bundles.has(grant))).toEqual([]);
        expect(expandGrants(expanded, bundles)).toEqual(expanded);
        expect(new Set(expanded).size).toBe(expanded.length);
      }),
    );
  });
});
