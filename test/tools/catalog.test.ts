import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, JsonSchema } from '../../src/model/json.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import { createBuiltinTools } from '../../src/tools/builtin.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { callTool } from './tool-call.ts';

const SPECS = [...BUILTIN_CATALOG].flatMap(([toolset, specs]) => specs.map(spec => ({ toolset, spec })));

/** Tools that run foreign code or write files, so that a person must allow their calls. */
const NOT_READ_ONLY = new Set(['change.test', 'change.check', 'change.apply', 'shell.run', 'trial.run']);

/** Those of memory are made by its own room, and change nothing but what the crew remembers. */
const isOfMemory = ({ memory }: ToolSpec): boolean => memory !== undefined;

const OWN = SPECS.filter(({ spec }) => !isOfMemory(spec));

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });

test('the catalogue and the tools are the same', () => {
  const catalogued = OWN.map(({ spec }) => spec.name).sort();
  const tools = createBuiltinTools();
  expect([...tools.keys()].sort()).toEqual(catalogued);
  for (const { spec } of OWN) expect(tools.get(spec.name)?.spec).toBe(spec);
});

test('the catalogue is light: it imports specs and words only', () => {
  const root = fileURLToPath(new URL('../../src/tools/', import.meta.url));
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = readFileSync(file, 'utf8');
    for (const [, specifier] of source.matchAll(/^(?:import|export)(?! type)[^'"]*from '([^']+)'/gms)) {
      expect(specifier).toMatch(/^\.\.?\//);
      visit(join(dirname(file), specifier ?? ''));
    }
  };
  visit(join(root, 'catalog.ts'));
  for (const file of seen) expect(file).toMatch(/\/(catalog|specs|[a-z-]+-schemas?|model\/[a-z-]+)\.ts$/);
});

describe.each(SPECS)('$spec.name', ({ toolset, spec }) => {
  test('belongs to its toolset and says whether it changes anything', () => {
    expect(spec.name).toMatch(new RegExp(`^${toolset}\\.[a-z_]+$`));
    if (isOfMemory(spec)) expect(spec.readOnly).toBe(spec.memory === 'reads');
    else expect(spec.readOnly).toBe(!NOT_READ_ONLY.has(spec.name));
    expect(spec.description.length).toBeGreaterThan(40);
  });

  test('has closed schemas that ajv accepts, and describes every input', () => {
    for (const schema of [spec.inputSchema, spec.outputSchema ?? true]) ajv.compile(schema as JsonObject);
    expect(spec.outputSchema).toBeDefined();
    const input = spec.inputSchema as JsonObject;
    expect(input).toMatchObject({ type: 'object', additionalProperties: false });
    for (const property of Object.values((input.properties ?? {}) as JsonObject)) {
      expect((property as JsonObject).description).toEqual(expect.stringMatching(/\w{3}/));
    }
  });
});

describe('results fit the output schema', () => {
  let made: TestRepository;

  beforeAll(() => {
    made = makeRepository();
    made.write('a.txt', 'one\n');
    made.write('binary', Uint8Array.of(0));
    made.commit('one\n\nbody');
    made.write('a.txt', 'two\n');
    made.write('b.txt', 'x\n'.repeat(5000));
    made.commit('two');
  });

  afterAll(() => made.dispose());

  test.each<[string, JsonObject]>([
    ['git.diff', { range: 'HEAD~1..HEAD' }],
    ['git.diff', { range: 'HEAD', max_patch_bytes: 1000 }],
    ['git.diff', { range: 'HEAD~2..HEAD~1', max_patch_bytes: 1000 }],
    ['git.log', {}],
    ['git.show', { revision: 'HEAD', max_patch_bytes: 1000 }],
    ['git.blame', { path: 'a.txt' }],
    ['git.blame', { path: 'binary' }],
    ['git.file', { path: 'a.txt' }],
    ['git.file', { path: 'binary' }],
    ['files.read', { path: 'a.txt' }],
    ['files.read', { path: 'binary' }],
    ['files.list', {}],
    ['files.search', { query: 'x', limit: 5 }],
    ['git.log', { since: 'latest-tag' }],
    ['sources.collect', { paths: ['.'] }],
    ['sources.search', { query: 'two', paths: ['a.txt'] }],
    ['draft.report', { question: 'Two of what?', paths: ['.'] }],
    ['draft.release_notes', { commits: [{ id: 'a'.repeat(40), subject: 'feat: x' }] }],
    [
      'draft.adr',
      {
        title: 'X',
        context: '',
        options: [{ name: 'A' }],
        chosen: '',
        consequences: [],
        folder: 'adr',
        files: [],
      },
    ],
    ['draft.arguments', { proposal: 'X', sources: [{ id: 's1', text: 'For: it is good for all.' }] }],
    [
      'gate.quoted',
      {
        claims: [{ text: 'X', source: 's1', quote: 'it is good for all' }],
        sources: [{ id: 's1', text: 'For: it is good for all.' }],
      },
    ],
    ['gate.accounted', { commits: [{ id: 'abcd' }], ignored: [{ sha: 'x' }] }],
    ['gate.adr', { path: '1.md', text: '# 1. X', files: [] }],
    ['change.requirements', { text: '- P1: a\n- b\n\nReally?' }],
    ['change.test', { command: ['false'] }],
    ['shell.run', { command: ['ls'] }],
    ['change.check', { files: [{ path: 'a.txt', content: 'x' }], tests: [], command: ['ls', 'b.txt'] }],
    [
      'change.apply',
      { patch: 'diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n' },
    ],
    [
      'gate.traced',
      { requirements: [{ id: 'R1', priority: 'P0' }], tasks: [{ requirements: ['R2'] }], tests: [] },
    ],
  ])('%s %j', async (name, args) => {
    const spec = createBuiltinTools().get(name)?.spec;
    expect(ajv.validate(spec?.inputSchema as JsonSchema & object, args)).toBe(true);
    const result = await callTool(made.path, name, args);
    ajv.validate(spec?.outputSchema as JsonSchema & object, result);
    expect(ajv.errors).toBe(null);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
