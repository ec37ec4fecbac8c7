import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { libraryTerminal } from '../../../src/cli/library-terminal.ts';
import { loadProgram } from '../../../src/cli/load-program.ts';
import { listPromptPlaces } from '../../../src/cli/prompt-place.ts';
import { readPromptValues } from '../../../src/cli/prompt-values.ts';
import { CrewError } from '../../../src/model/crew-error.ts';
import { renderFirstCalls } from '../../../src/runtime/render-calls.ts';
import { crew, type Ended } from '../../e2e/crew-process.ts';
import { makeFolder } from '../../tools/git-repository.ts';

const CREW = `version: 1
crew: rendering
goal: Show prompts.
inputs:
  topic: { type: string }
  tone: { type: string, default: plain }
roles: { writer: { goal: Write. }, critic: { goal: Judge. } }
tools: { git: builtin:git }
budget: { calls: 99 }
start: collect
phases:
  collect: { tool: git.diff, with: { range: HEAD }, next: write }
  write:
    role: writer
    task: { prompt: write, with: { change: "{{ collect }}" } }
    next: split
  split:
    parallel:
      left: { role: writer, task: "Left of {{ write.title }}" }
      right: { tool: git.log, with: {} }
    next: each
  each: { each: { in: "{{ write.points }}", as: point, max: 3 }, do: { role: writer, task: "Expand {{ point }}" }, next: talk }
  talk: { talk: [writer, critic], task: "Settle {{ write.title }}", max_turns: 2, next: ask }
  ask: { ask: "Is it {{ inputs.topic }}?", models: ["openai:gpt-5-mini", offline], next: wait }
  wait: { human: "Go on?", next: inner }
  inner: { crew: inner.crew.yaml, next: done }
  done: { end: success, result: "{{ ask }}" }
`;
const WRITE = `---
input:
  change: { type: object }
  topic: { type: string }
  tone: { type: string }
output:
  type: object
  required: [title, points]
  properties: { title: { type: string }, points: { type: array, items: { type: string } } }
---
Be {{ tone }} about {{ topic }}:
{{ change.patch }}
`;
const INNER = `version: 1
crew: inner
goal: Be inside.
roles: { host: { goal: Speak. } }
budget: { calls: 9 }
start: say
phases: { say: { role: host, task: Say it., next: done }, done: { end: success, result: "{{ say }}" } }
`;

let from: string;
beforeAll(() => {
  from = makeFolder();
  const files = {
    'a.crew.yaml': CREW,
    'inner.crew.yaml': INNER,
    'prompts/write.prompt.md': WRITE,
    'broken.json': '"sun',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(from, path)), { recursive: true });
    writeFileSync(join(from, path), text);
  }
});

const render = (...args: string[]): Promise<Ended> =>
  crew(['prompt', 'render', 'a.crew.yaml', ...args], { from });
const renderJson = async (...args: string[]) => JSON.parse((await render(...args, '--json')).stdout);

describe('crew prompt render', () => {
  test('shows every message, and says which values are samples and which prompts stand there', async () => {
    const { code, stdout, stderr } = await render('--phase', 'write', '-i', 'tone=terse');
    expect(code).toBe(0);
    expect(stdout).toContain('── system\nYou are `writer`');
    expect(stdout).toContain('── user\nBe terse about <inputs.topic>:\n<collect.patch>\n');
    expect(stdout).toContain('── artifact write');
    expect(stderr).toMatch(/^samples stand for inputs\.topic, collect; give values with/);
    expect(stderr).toMatch(/phases\.write\.task is write@[0-9a-f]{8} of prompts\/write\.prompt\.md/);
  });

  test('takes what earlier phases delivered, as JSON, from a file, or as text', async () => {
    writeFileSync(join(from, 'collect.json'), '{ "patch": "+ from a file" }');
    const shown = await renderJson('--phase', 'write', '-i', 'topic=rain', '--with', 'collect=@collect.json');
    expect(shown.messages.at(-1).text).toBe('Be plain about rain:\n+ from a file');
    expect(shown.samples).toEqual([]);
    expect(shown).toMatchObject({ version: 1, phase: 'write', role: 'writer', output: { name: 'write' } });
    const given = await renderJson('--phase', 'split.left', '--with', 'write={"title":"Rain"}');
    expect(given.messages.at(-1).text).toBe('Left of Rain');
  });

  test('shows the first item of a list, and takes another', async () => {
    const sampled = await renderJson('--phase', 'each', '--with', 'write={"points":["one","two"]}');
    expect(sampled).toMatchObject({ phase: 'each.do', samples: ['point'] });
    expect(sampled.messages.at(-1).text).toBe('Expand one');
    const given = await renderJson('--phase', 'each', '--with', 'point=sun');
    expect(given.messages.at(-1).text).toBe('Expand sun');
    const listed = await renderJson('--phase', 'each', '--with', 'point=[ ] sun, {{ rain }}');
    expect(listed.messages.at(-1).text).toBe('Expand [ ] sun, {{ rain }}');
  });

  test('shows who is asked to speak first in a conversation', async () => {
    expect(await renderJson('--phase', 'talk')).toMatchObject({ role: 'writer' });
    const critic = await renderJson('--phase', 'talk', '--role', 'critic');
    expect(critic).toMatchObject({ role: 'critic' });
    expect(critic.messages[0].text).toContain('You are `critic`');
  });

  test('needs no key, and names all models that are sent the same', async () => {
    expect(await renderJson('--phase', 'ask', '-i', 'topic=rain')).toMatchObject({
      model: 'openai:gpt-5-mini',
      others: ['offline'],
    });
  });

  test('runs nothing: no run is left', async () => {
    await render('--phase', 'write');
    const { stdout } = await crew(['ps', '--json'], { from });
    expect(JSON.parse(stdout).runs).toEqual([]);
  });

  test.each([
    [[], 'expected `--phase PHASE`; there is `write`, `split.left`, `each.do`, `talk`, `ask`'],
    [['--phase', 'wirte'], 'the crew has no phase `wirte`; did you mean `write`?'],
    [['--phase', 'split'], 'phase `split` does not itself ask a model; name one of its parts: `split.left`'],
    [['--phase', 'wait'], 'phase `wait` does not itself ask a model; there is `write`'],
    [['--phase', 'inner'], 'phase `inner` runs a crew of its own; render `inner.crew.yaml`'],
    [['--phase', 'write', '--role', 'critic'], 'at `write` the first call is of `writer`, not of `critic`'],
    [
      ['--phase', 'write', '--with', 'colect=1'],
      'there is no artifact `colect` at `write`; did you mean `collect`?',
    ],
    [
      ['--phase', 'split.left', '--with', 'write=rain'],
      '`--with write` is not what the phase `write` delivers: ',
    ],
    [
      ['--phase', 'split.left', '--with', 'write={"title":3}'],
      '`--with write` is not what the phase `write` delivers: `/title` must be string',
    ],
    [['--phase', 'each', '--with', 'point={"a":'], '`--with point` is not valid JSON: '],
    [['--phase', 'each', '--with', 'point=[1,'], '`--with point` is not valid JSON: '],
    [
      ['--phase', 'each', '--with', 'point=@broken.json'],
      '`--with point`: the file `broken.json` is not valid JSON: ',
    ],
    [
      ['--phase', 'write', '--with', 'collect'],
      '`--with collect` is not of the form `name=JSON` or `name=@file`',
    ],
  ])('refuses %j with what there is', async (args, message) => {
    const { code, stderr } = await render(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('fails like the phase where a given value has not what the template reads', async () => {
    const { code, stderr } = await render('--phase', 'write', '--with', 'collect={}');
    expect(code).not.toBe(0);
    expect(stderr).toContain('TEMPLATE_FAILED');
  });

  test('says what it does when it is told no verb', async () => {
    const { code, stderr } = await crew(['prompt'], { from });
    expect(code).toBe(2);
    expect(stderr).toContain('crew prompt render CREW --phase PHASE');
  });
});

test('names the prompts that the first call is made of, and no others of its phase', async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'prompts'));
  for (const name of ['aim', 'outer', 'inner', 'choose', 'judge', 'first', 'second'])
    writeFileSync(join(folder, `prompts/${name}.prompt.md`), `The ${name}.\n`);
  const use = (name: string) => `{ prompt: ${name} }`;
  writeFileSync(
    join(folder, 'b.crew.yaml'),
    `version: 1
crew: many
goal: ${use('aim')}
roles: { ann: { goal: Speak. }, bob: { goal: Hear. } }
budget: { calls: 99 }
start: talk
phases:
  talk:
    talk: [ann, panel]
    task: ${use('outer')}
    inner: { panel: { talk: [bob, ann], task: ${use('inner')}, max_turns: 2 } }
    speaker: selector
    selector: { prompt: ${use('choose')} }
    reflect: { evaluator: { role: bob, task: ${use('judge')} }, trials: 2 }
    max_turns: 2
    next: chain
  chain: { chain: [{ prompt_template: ${use('first')} }, { prompt_template: ${use('second')} }], next: done }
  done: { end: success, result: "{{ chain }}" }
`,
  );
  const named = async (phase: string) => {
    const args = ['prompt', 'render', 'b.crew.yaml', '--phase', phase, '--json'];
    const { stdout, stderr } = await crew(args, { from: folder });
    const { prompts = stderr } = JSON.parse(stdout);
    return (prompts as { name: string }[]).map(({ name }) => name);
  };
  expect(await named('talk')).toEqual(['aim', 'outer']);
  expect(await named('talk.panel')).toEqual(['aim', 'inner']);
  expect(await named('chain')).toEqual(['first']);
});

test('every place of every shipped crew can be rendered with samples', async () => {
  const root = new URL('../../../', import.meta.url).pathname;
  const terminal = { ...libraryTerminal(root), stderr: () => {} };
  const files = readdirSync(join(root, 'crews')).filter(name => name.endsWith('.crew.yaml'));
  const failed: string[] = [];
  let places = 0;
  for (const file of files) {
    const program = await loadProgram(`crews/${file}`, terminal);
    for (const place of listPromptPlaces(program)) {
      places += 1;
      const read = await readPromptValues(program, place, { values: {}, terminal });
      try {
        const [call] = renderFirstCalls({ program, path: place.path, ...read, models: {}, terms: {} });
        expect(call?.messages.length).toBeGreaterThan(1);
      } catch (error) {
        if (!(error instanceof CrewError)) throw error;
        failed.push(`${file} ${place.path}: ${error.message}`);
      }
    }
  }
  expect(places).toBeGreaterThan(10);
  expect(failed).toEqual([]);
});
