import { expect, test } from 'vitest';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { Program } from '../../src/model/program.ts';
import { bindInputs } from '../../src/runtime/crews/bind-inputs.ts';
import { CATALOG, sourceOf } from '../language/catalog.ts';

const SOP = `version: 1
sop: write
roles: [writer]
inputs:
  topic: { type: string }
  depth: { type: integer, default: 3 }
  subject: { type: string, default: nothing }
start: write
phases:
  write: { role: writer, task: "{{ inputs.topic }} {{ inputs.depth }} {{ inputs.subject }}", next: done }
  done: { end: success, result: "{{ write }}" }
`;

function compile(sop: string): Program {
  const crew = `version: 1
crew: example
goal: Write.
inputs: { subject: { type: string }, size: { type: integer, default: 2 } }
roles: { writer: { goal: Write. } }
budget: { calls: 3 }
sop: ${sop}
`;
  const readSource = sourceOf({ 'a.yaml': crew, 'b.sop.yaml': SOP });
  const { crew: loaded, sourceMap, diagnostics } = loadCrew({ path: 'a.yaml', readSource, catalog: CATALOG });
  expect(diagnostics).toEqual([]);
  if (loaded === undefined) throw new Error('there is no crew');
  return compileCrew(loaded, { sourceMap, catalog: CATALOG });
}

test('the inputs of a procedure are what the crew gives, else its own of that name, else the default', () => {
  const program = compile(
    '{ file: b.sop.yaml, inputs: { topic: "On {{ inputs.subject }}", depth: "{{ inputs.size }}" } }',
  );
  expect(bindInputs(program, { subject: 'cats', size: 2 })).toEqual({
    topic: 'On cats',
    depth: 2,
    subject: 'cats',
    size: 2,
  });
  const short = compile('{ file: b.sop.yaml, inputs: { topic: "{{ inputs.size }} cats" } }');
  expect(bindInputs(short, { subject: 'dogs', size: 7 })).toMatchObject({
    topic: '7 cats',
    depth: 3,
    subject: 'dogs',
  });
});

test('another value that is given is another program', () => {
  const hashes = ['cats', 'dogs'].map(
    topic => compile(`{ file: b.sop.yaml, inputs: { topic: ${topic}, depth: "{{ inputs.size }}" } }`).hash,
  );
  expect(new Set(hashes).size).toBe(2);
});

test('without inputs of its own a procedure reads those of the crew', () => {
  const readSource = sourceOf({
    'a.yaml': `version: 1
crew: example
goal: Write.
inputs: { subject: { type: string } }
roles: { writer: { goal: Write. } }
budget: { calls: 3 }
start: write
phases:
  write: { role: writer, task: "{{ inputs.subject }}", next: done }
  done: { end: success, result: "{{ write }}" }
`,
  });
  const { crew, sourceMap } = loadCrew({ path: 'a.yaml', readSource, catalog: CATALOG });
  if (crew === undefined) throw new Error('there is no crew');
  const inputs = { subject: 'cats' };
  expect(bindInputs(compileCrew(crew, { sourceMap, catalog: CATALOG }), inputs)).toBe(inputs);
});
