import { describe, expect, test } from 'vitest';
import { inputsSchema, readsOnly, resultSchema } from '../../src/cli/served-result.ts';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { Program } from '../../src/model/program.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';

function compile(phases: string, more = ''): Program {
  const text = `version: 1\ncrew: c\ngoal: g\nroles: { r: { goal: g } }\n${more}\nstart: a\nphases:\n${phases}`;
  const readSource = (path: string) => (path === 'c.yaml' ? text : undefined);
  const { crew, sourceMap, diagnostics } = loadCrew({ path: 'c.yaml', readSource, catalog: BUILTIN_CATALOG });
  if (crew === undefined) throw new Error(JSON.stringify(diagnostics));
  return compileCrew(crew, { sourceMap, catalog: BUILTIN_CATALOG, folder: '/' });
}

const OBJECT = '{ type: object, properties: { n: { type: integer } }, required: [n] }';
const N = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

describe('the schema of what a crew may end with', () => {
  test.each([
    [
      'a text',
      '  a: { role: r, task: t, next: z }\n  z: { end: success, result: "{{ a }}" }',
      { type: 'string' },
    ],
    [
      'an artifact with a schema',
      `  a: { role: r, task: t, output: ${OBJECT}, next: z }\n  z: { end: success, result: "{{ a }}" }`,
      N,
    ],
    [
      'words around an artifact',
      '  a: { role: r, task: t, next: z }\n  z: { end: success, result: "so: {{ a }}" }',
      { type: 'string' },
    ],
    [
      'a part of an artifact',
      `  a: { role: r, task: t, output: ${OBJECT}, next: z }\n  z: { end: success, result: "{{ a.n }}" }`,
      true,
    ],
    ['nothing', '  a: { role: r, task: t, next: z }\n  z: { end: success }', { type: 'null' }],
    [
      'an object',
      '  a: { role: r, task: t, next: z }\n  z: { end: success, result: { x: "{{ a }}", k: 1 } }',
      { type: 'object', properties: { x: { type: 'string' }, k: { const: 1 } }, required: ['x', 'k'] },
    ],
    [
      'one of several ends',
      '  a: { role: r, task: t, next: z, on_error: y }\n  z: { end: success, result: "{{ a }}" }\n  y: { end: failure, result: null }',
      { anyOf: [{ type: 'string' }, { const: null }] },
    ],
    [
      'a schema that refers to itself, of which nothing is said',
      '  a: { role: r, task: t, output: { $ref: "#/$defs/x", $defs: { x: { type: object } } }, next: z }\n  z: { end: success, result: "{{ a }}" }',
      true,
    ],
  ])('%s', (_what, phases, schema) => {
    expect(resultSchema(compile(phases))).toEqual(schema);
  });
});

test('inputs are one closed object with their words and defaults', () => {
  const inputs = 'inputs: { name: { type: string, description: who }, n: { type: integer, default: 3 } }';
  const program = compile(
    '  a: { role: r, task: "{{ inputs.name }}{{ inputs.n }}", next: z }\n  z: { end: success }',
    inputs,
  );
  expect(inputsSchema(program)).toMatchObject({
    type: 'object',
    properties: { name: { type: 'string', description: 'who' }, n: { type: 'integer', default: 3 } },
    required: ['name'],
    additionalProperties: false,
  });
});

test('a crew only reads when all that it may call does', () => {
  const phases = (tool: string) => `  a: { tool: ${tool}, next: z }\n  z: { end: success }`;
  expect(readsOnly(compile(phases('git.log'), 'tools: { git: builtin:git }'))).toBe(true);
  const writes = '  a: { tool: change.apply, with: { patch: x }, next: z }\n  z: { end: success }';
  expect(readsOnly(compile(writes, 'tools: { change: builtin:change }'))).toBe(false);
});
