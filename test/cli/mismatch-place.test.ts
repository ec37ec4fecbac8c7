import { expect, test } from 'vitest';
import { mismatchPlace } from '../../src/cli/mismatch-place.ts';
import type { Difference, StartedFact } from '../../src/runtime/records/compare-runs.ts';
import { compareRuns } from '../../src/runtime/records/compare-runs.ts';
import { compileText, runCrew } from '../runtime/run-crew.ts';

const CREW = `
inputs: { topic: { type: string } }
models: { quick: auto }
roles:
  writer:
    goal: Write.
    backstory: Long ago.
    tools: [kit.echo]
start: read
phases:
  read:
    tool: kit.give
    with:
      text: on {{ inputs.topic }}
      n: 1
    timeout: 1h
    next: split
  split:
    parallel:
      one:
        role: writer
        task: First.
      two:
        role: writer
        task: Second.
    next: steps
  steps:
    chain:
      - { name: draft, model: quick, prompt_template: "A draft." }
      - { model: quick, prompt_template: "Mend {{ draft }}." }
    next: items
  items:
    each: { in: '{{ "a,b" | split: "," }}', as: item, max: 2 }
    do:
      role: writer
      task: On {{ item }}.
      output: { type: string }
    next: approve
  approve:
    human: Good?
    choices: [yes, no]
    next: done
  done: { end: success, result: '{{ items }}' }
`;
const READ = CREW.slice(CREW.indexOf('    tool: kit.give'), CREW.indexOf('    timeout: 1h'));
const HEAD_LINES = 4;
const lineOf = (text: string) => CREW.slice(0, CREW.indexOf(text)).split('\n').length + HEAD_LINES;

test.each([
  ['an argument', 'n: 1', 'n: 2', 'n: 1'],
  ['a tool', READ, READ.replace('give', 'echo').replace('      n: 1\n', ''), 'tool: kit.give'],
  ['a task of a branch', 'task: Second.', 'task: Last.', 'task: Second.'],
  ['a goal', 'goal: Write.', 'goal: Read.', 'goal: Write.'],
  ['a background', 'backstory: Long ago.', 'backstory: Now.', 'backstory: Long'],
  ['tools', 'tools: [kit.echo]', 'tools: [kit.give]', 'tools: [kit.echo]'],
  ['the second step', 'Mend {{ draft }}', 'Mend this: {{ draft }}', 'Mend {{ draft }}'],
  ['the task of an item', 'task: On {{ item }}.', 'task: About {{ item }}.', 'task: On {{ item }}.'],
  ['an output', 'output: { type: string }', 'output: { type: string, minLength: 1 }', 'output: { type'],
  ['a question', 'human: Good?', 'human: Well?', 'human: Good?'],
  ['a way', 'next: steps', 'next: [{ when: inputs.topic == "rain", to: items }, { to: steps }]', 'do:\n'],
])('the line behind %s is found', async (_what, from, to, place) => {
  const run = await runCrew({
    yaml: CREW,
    inputs: { topic: 'rain' },
    replies: () => ({ text: '"x"' }),
    person: () => ({ choice: 'yes', text: null, by: 'me' }),
  });
  expect(run.outcome.type).toBe('ended');
  const program = compileText(CREW.replace(from, to));
  const comparing = compareRuns({ recorded: run, edited: { program, started: run.facts[0] as StartedFact } });
  let step = comparing.next();
  while (!step.done) step = comparing.next();
  const range = mismatchPlace(step.value as Difference, { old: run.program, edited: program });
  expect(range?.start.line).toBe(lineOf(place));
});
