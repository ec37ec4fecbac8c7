import { expect, test } from 'vitest';
import { compileCrew, hashProgram } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { ToolCatalog } from '../../src/model/tool-spec.ts';

const spec = (name: string) => ({ name, description: name, inputSchema: { type: 'object' }, readOnly: true });
const CATALOG: ToolCatalog = new Map([['kit', [spec('kit.one'), spec('kit.two_parts')]]]);

const CREW = `version: 1
crew: example
goal: Say something.
inputs: { topic: { type: string, default: rain } }
models: { fast: { use: "fake:small", temperature: 0 } }
roles: { writer: { goal: Write., model: fast, tools: [vcs] } }
tools: { vcs: builtin:kit }
budget: { calls: 5 }
start: look
phases:
  look: { tool: vcs.one, next: write }
  write: { role: writer, task: "About {{ inputs.topic }}", next: done }
  done: { end: success, result: "{{ write }}" }
`;

function compile(text: string, { path = 'a.crew.yaml', catalog = CATALOG } = {}) {
  const { crew, sourceMap, diagnostics } = loadCrew({ path, readSource: () => text, catalog });
  if (crew === undefined) throw new Error(JSON.stringify(diagnostics));
  return compileCrew(crew, { sourceMap, catalog });
}

test('R7: equal crews have equal hashes, wherever their files stand and whatever their comments say', () => {
  const program = compile(CREW);
  expect(program.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(compile(CREW, { path: 'deep/in/other.crew.yaml' }).hash).toBe(program.hash);
  expect(compile(`# a comment\n\n${CREW.replace('start: look', 'start:   look # here')}`).hash).toBe(
    program.hash,
  );
  expect(
    compile(CREW.replace('goal: Say something.\n', '').replace('start:', 'goal: Say something.\nstart:'))
      .hash,
  ).toBe(program.hash);
});

test.each([
  ['a prompt', 'About', 'On'],
  ['the goal', 'Say something', 'Say nothing'],
  ['a role', 'Write.', 'Write well.'],
  ['a model', 'fake:small', 'fake:large'],
  ['a temperature', 'temperature: 0', 'temperature: 1'],
  ['a budget', 'calls: 5', 'calls: 6'],
  ['an input', 'default: rain', 'default: snow'],
  ['a tool', 'vcs.one', 'vcs.two_parts'],
  ['an alias', 'vcs', 'git'],
  ['an outcome', 'end: success', 'end: failure'],
  ['a result', '"{{ write }}"', '"{{ look }}"'],
])('R7: a change of %s changes the hash', (_what, from, to) => {
  expect(compile(CREW.replaceAll(from, to)).hash).not.toBe(compile(CREW).hash);
});

test('R7: what models are shown of a tool counts for the hash', () => {
  const catalog = new Map([['kit', [{ ...spec('kit.one'), description: 'new' }, spec('kit.two_parts')]]]);
  expect(compile(CREW, { catalog }).hash).not.toBe(compile(CREW).hash);
});

test('the hash is of the program as it comes back from a journal, too', () => {
  const program = compile(CREW);
  expect(hashProgram(JSON.parse(JSON.stringify(program)))).toBe(program.hash);
  expect(hashProgram({ ...program, goal: 'x' })).not.toBe(program.hash);
});

test('a toolset under an alias has its tools under that alias', () => {
  const program = compile(CREW);
  expect(program.tools.map(tool => tool.name)).toEqual(['vcs.one', 'vcs.two_parts']);
  expect(program.toolsets).toEqual({ vcs: 'kit' });
});

test('two aliases of one toolset are two sets of tools', () => {
  const twice = CREW.replace('vcs: builtin:kit', 'vcs: builtin:kit, again: builtin:kit').replace(
    'tools: [vcs]',
    'tools: [vcs, again.one]',
  );
  expect(compile(twice).tools.map(tool => tool.name)).toEqual([
    'vcs.one',
    'vcs.two_parts',
    'again.one',
    'again.two_parts',
  ]);
});

test('a program is plain JSON', () => {
  const program = compile(CREW);
  expect(JSON.parse(JSON.stringify(program))).toEqual(program);
});
