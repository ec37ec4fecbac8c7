import { describe, expect, test } from 'vitest';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { renderTemplate } from '../../src/expressions/template-evaluate.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { promptHash } from '../../src/language/prompt-hash.ts';
import { readPromptFile } from '../../src/language/read-prompt-file.ts';
import type { Phase } from '../../src/model/crew.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { promptFileName, promptNameOf, promptVersion } from '../../src/model/prompt-file.ts';
import { CATALOG, sourceOf } from './catalog.ts';
import { codesOf, HEAD, load } from './prompt-crew.ts';

function phaseOf(loaded: ReturnType<typeof load>): Extract<Phase, { kind: 'role' }> {
  expect(loaded.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const phase = loaded.crew?.sop.phases.find(({ name }) => name === 'it');
  if (phase?.kind !== 'role') throw new Error('no role works at `it`');
  return phase;
}

function taskOf(with_: string, prompts: Readonly<Record<string, string>>): string {
  return phaseOf(load(`{ role: writer, task: { prompt: main${with_} }, next: done }`, prompts)).task;
}

describe('a prompt file in the place of a text', () => {
  test('is that text, as if it were written there', () => {
    expect(taskOf('', { main: 'Describe {{ collect | json }}\n' })).toBe('Describe {{ collect | json }}');
  });

  test('stands there by value, so that a program needs no file', () => {
    const loaded = load('{ role: writer, task: { prompt: main }, next: done }', {
      main: 'Say {{ inputs.tone }}',
    });
    const { crew, sourceMap } = loaded;
    if (crew === undefined) throw new Error('the crew has errors');
    const program = compileCrew(crew, { sourceMap, catalog: CATALOG });
    expect(program.phases.it).toMatchObject({ task: 'Say {{ inputs.tone }}' });
    expect(program.prompts).toEqual([
      {
        at: 'phases.it.task',
        name: 'main',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        file: 'prompts/main.prompt.md',
      },
    ]);
  });

  test('changes the hash of the program by its text alone', () => {
    const hashOf = (text: string) => {
      const { crew, sourceMap } = load('{ role: writer, task: { prompt: main }, next: done }', {
        main: text,
      });
      return crew && compileCrew(crew, { sourceMap, catalog: CATALOG }).hash;
    };
    const inline = load('{ role: writer, task: "Say {{ inputs.tone }}", next: done }');
    const plain = inline.crew && compileCrew(inline.crew, { sourceMap: {}, catalog: CATALOG });
    expect(plain?.prompts).toBeUndefined();
    expect(hashOf('Say {{ inputs.tone }}')).toBe(plain?.hash);
    expect(hashOf('---\ndescription: Another remark.\n---\nSay {{ inputs.tone }}')).toBe(plain?.hash);
    expect(hashOf('Say {{ inputs.tone }}!')).not.toBe(plain?.hash);
  });

  test('is found in the folder that `prompts` names, beside the file that names it', () => {
    const crew = `${HEAD.replace('crew: example', 'crew: example\nprompts: ../texts')}  it: { role: writer, task: { prompt: main }, next: done }\n`;
    const readSource = sourceOf({
      'crews/a.crew.yaml': crew,
      'texts/main.prompt.md': 'Say {{ inputs.tone }}',
    });
    const loaded = loadCrew({ path: 'crews/a.crew.yaml', readSource, catalog: CATALOG });
    expect(loaded.crew).toBeDefined();
    expect([...loaded.sources.keys()]).toEqual(['crews/a.crew.yaml', 'texts/main.prompt.md']);
    expect(loaded.crew?.prompts?.[0]?.file).toBe('texts/main.prompt.md');
  });

  test('is never looked for outside of files', () => {
    const crew = `${HEAD.replace('crew: example', 'crew: example\nprompts: /etc')}  it: { role: writer, task: { prompt: main }, next: done }\n`;
    const asked: string[] = [];
    const readSource = (path: string) => {
      asked.push(path);
      return path === 'a.crew.yaml' ? crew : undefined;
    };
    const { diagnostics } = loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
    expect(diagnostics.map(({ code }) => code)).toContain('include-not-relative');
    expect(asked.filter(path => path.startsWith('/etc'))).toEqual([]);
  });

  test('may stand wherever a prompt does', () => {
    const prompts = { main: 'Do what is asked', sum: 'Sum up {{ answers | json }}', goal: 'Be of use.' };
    const crew =
      `${HEAD.replace('goal: Describe a change.', 'goal: { prompt: goal }').replace('{ goal: Write clearly. }', '{ goal: { prompt: goal }, backstory: { prompt: goal } }')}
  it:
    talk: [writer, critic]
    task: { prompt: main }
    speaker: selector
    selector: { prompt: { prompt: main } }
    inner: { critic: { talk: [writer, critic], task: { prompt: main } } }
    max_turns: 3
    next: split
  split:
    parallel:
      left: { role: writer, task: { prompt: main } }
      right: { ask: { prompt: main }, models: [careful, offline], summarizer: { prompt: { prompt: sum } } }
    next: each
  each: { each: { in: ["a"], max: 1 }, do: { role: writer, task: { prompt: main } }, next: chain }
  chain: { chain: [{ prompt_template: { prompt: main } }], next: judged }
  judged:
    manage: critic
    workers: [writer]
    task: { prompt: main }
    reflect: { evaluator: { role: critic, task: { prompt: main } }, trials: 2 }
    next: done
`
        .replace('inner: { critic: { talk: [writer, critic]', 'inner: { panel: { talk: [writer, critic]')
        .replace('talk: [writer, critic]\n', 'talk: [writer, panel]\n');
    const files = Object.entries(prompts).map(([name, text]) => [`prompts/${name}.prompt.md`, text]);
    const readSource = sourceOf({ 'a.crew.yaml': crew, ...Object.fromEntries(files) });
    const loaded = loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
    expect(loaded.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(loaded.crew?.goal).toBe('Be of use.');
    expect(loaded.crew?.roles[0]).toMatchObject({ goal: 'Be of use.', backstory: 'Be of use.' });
    expect(loaded.crew?.prompts?.map(({ at }) => at)).toEqual([
      'goal',
      'roles.writer.goal',
      'roles.writer.backstory',
      'phases.it.task',
      'phases.it.selector.prompt',
      'phases.it.inner.panel.task',
      'phases.split.parallel.left.task',
      'phases.split.parallel.right.ask',
      'phases.split.parallel.right.summarizer.prompt',
      'phases.each.do.task',
      'phases.chain.chain.0.prompt_template',
      'phases.judged.task',
      'phases.judged.reflect.evaluator.task',
    ]);
    expect(JSON.stringify(loaded.crew?.sop)).not.toContain('"prompt":{');
  });

  test('is found beside a procedure, alone and in a crew, and beside a crew that is a phase', () => {
    const sop = `version: 1\nsop: say\nroles: [writer]\nstart: say\nphases:\n  say: { role: writer, task: { prompt: main }, next: done }\n  done: { end: success, result: "{{ say }}" }\n`;
    const inner = `version: 1\ncrew: inside\ngoal: Say it.\nroles: { host: { goal: Speak. } }\nstart: say\nphases:\n  say: { role: host, task: { prompt: main }, next: done }\n  done: { end: success, result: "{{ say }}" }\n`;
    const files = {
      'sops/say.sop.yaml': sop,
      'sops/prompts/main.prompt.md': 'Of the procedure',
      'inner/inner.crew.yaml': inner,
      'inner/prompts/main.prompt.md': 'Of the crew inside',
    };
    const alone = loadSop({ path: 'sops/say.sop.yaml', readSource: sourceOf(files), catalog: CATALOG });
    expect(alone.diagnostics).toEqual([]);
    expect(alone.sop?.phases[0]).toMatchObject({ task: 'Of the procedure' });
    const around = `${HEAD}  it: { crew: sops/say.sop.yaml, next: two }\n  two: { crew: inner/inner.crew.yaml, next: done }\n`;
    const readSource = sourceOf({ 'a.crew.yaml': around, ...files });
    const { crew } = loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
    if (crew === undefined) throw new Error('the crew has errors');
    const program = compileCrew(crew, { sourceMap: {}, catalog: CATALOG });
    expect(program.crews?.it?.phases.say).toMatchObject({ task: 'Of the procedure' });
    expect(program.crews?.it?.prompts?.[0]?.file).toBe('sops/prompts/main.prompt.md');
    expect(program.crews?.two?.phases.say).toMatchObject({ task: 'Of the crew inside' });
  });
});

describe('the inputs of a prompt', () => {
  const render = (task: string, scope: JsonObject = {}) =>
    renderTemplate(task, {
      collect: { files: ['a', 'b'], patch: '+1' },
      inputs: { tone: 'plain' },
      ...scope,
    });
  const typed = (inputs: string, body: string) => `---\ninput:\n${inputs}\n---\n${body}`;

  test('are values, not their text', () => {
    const main = typed('  files: { type: array }', '{% for file in files %}<{{ file }}>{% endfor %}');
    expect(render(taskOf(', with: { files: "{{ collect.files }}" }', { main }))).toBe('<a><b>');
  });

  test('are text where other text stands around, and literals are themselves', () => {
    const main = typed(
      '  a: { type: string }\n  b: { type: number }\n  c: { type: boolean }\n  d: { type: string }',
      '{{ a }}|{{ b | plus: 1 }}|{% if c %}yes{% endif %}|{{ d }}',
    );
    const given = ', with: { a: "the {{ collect.patch }}", b: 1.5, c: true, d: "it\'s \\"so\\"" }';
    expect(render(taskOf(given, { main }))).toBe('the +1|2.5|yes|it\'s "so"');
  });

  test('are the inputs of the crew by the same name, else their defaults', () => {
    const main = typed(
      '  tone: { type: string }\n  count: { type: integer, default: 3 }\n  brace: { type: string, default: "{{ no }}" }',
      '{{ tone }} {{ count }} {{ brace }}',
    );
    expect(render(taskOf('', { main }))).toBe('plain 3 {{ no }}');
  });

  test('are all given at once, whatever they are called', () => {
    const main = typed('  a: {type: integer}\n  b: {type: string}', '{{ a }}{{ b }}');
    const prompts = { main };
    const it =
      '{ each: { in: ["x"], as: a, max: 1 }, do: { role: writer, task: { prompt: main, with: { a: "{{ index }}", b: "{{ a }}" } } }, next: done }';
    const phase = load(it, prompts).crew?.sop.phases.find(({ name }) => name === 'it');
    if (phase?.kind !== 'each' || phase.work.kind !== 'role') throw new Error('not as it was written');
    expect(render(phase.work.task, { a: 'x', index: 0 })).toBe('0x');
  });

  test('may have the name of a phase, and of themselves', () => {
    const main = typed('  collect: { type: string }', '{{ collect }}');
    expect(render(taskOf(', with: { collect: "{{ collect.patch }}" }', { main }))).toBe('+1');
    expect(
      taskOf(', with: { collect: "{{ collect }}" }', {
        main: typed('  collect: { type: object }', '{{ collect.patch }}'),
      }),
    ).toBe('{{ collect.patch }}');
  });

  test('are all that the body reads', () => {
    const main = typed('  tone: { type: string }', '{{ tone }} {{ collect.patch }}');
    const loaded = load('{ role: writer, task: { prompt: main }, next: done }', { main });
    expect(codesOf(loaded)).toEqual(['unknown-variable prompts/main.prompt.md:5:15']);
  });

  test('are known in the body by their place in the crew: an artifact that is not there yet is missed there', () => {
    const main = typed('  text: { type: string }', '{{ text }}');
    const loaded = load(
      '{ role: writer, task: { prompt: main, with: { text: "{{ later }}" } }, next: later }\n  later: { role: writer, task: Go on, next: done }',
      { main },
    );
    expect(codesOf(loaded)).toEqual(['unassigned-artifact a.crew.yaml:13:63']);
  });
});

describe('front matter', () => {
  test('gives the phase a model and an output, unless it has its own', () => {
    const main = '---\nmodel: careful\noutput: { $ref: out.schema.json }\n---\nSay it';
    const schema = { 'prompts/out.schema.json': '{ "type": "object" }' };
    const bare = phaseOf(load('{ role: writer, task: { prompt: main }, next: done }', { main }, schema));
    expect(bare).toMatchObject({ model: 'careful', output: { type: 'object' } });
    const own =
      '{ role: writer, task: { prompt: main }, model: offline, output: { $ref: prompts/out.schema.json }, next: done }';
    expect(phaseOf(load(own, { main }, schema))).toMatchObject({
      model: 'offline',
      output: { type: 'object' },
    });
  });

  test('gives the artifact a type that other phases are held against', () => {
    const main =
      '---\noutput: { type: object, properties: { text: { type: string } }, required: [text], additionalProperties: false }\n---\nSay it';
    const loaded = load(
      '{ role: writer, task: { prompt: main }, next: two }\n  two: { role: writer, task: "{{ it.txt }}", next: done }',
      { main },
    );
    expect(codesOf(loaded)).toEqual(['unknown-field a.crew.yaml:14:37']);
  });
});

describe('a comment that silences a code', () => {
  test('works in a prompt file as Liquid writes remarks', () => {
    const main =
      '{% # crew-ignore: template-jinja the text shows how Jinja writes remarks %}\n{# a remark #}\n';
    expect(load('{ role: writer, task: { prompt: main }, next: done }', { main }).diagnostics).toEqual([]);
  });
});

describe('names and versions', () => {
  test('are read from the path and written back', () => {
    for (const file of ['merge.prompt.md', 'merge.short.prompt.md', '_finding.prompt.md']) {
      const name = promptNameOf(`some/prompts/${file}`);
      expect(name && promptFileName(name)).toBe(file);
    }
    for (const file of ['Merge.prompt.md', 'merge.md', '_a.b.prompt.md', 'a.b.c.prompt.md', '.prompt.md'])
      expect(promptNameOf(file)).toBeUndefined();
  });

  test('count all that stands in a file but ends of lines and how its front matter is written', () => {
    const hashOf = (text: string): string =>
      promptHash(readPromptFile('prompts/merge.prompt.md', text).prompt, () => undefined);
    const text = '---\ndescription: One\nmodel: cheap\n---\nWrite.\n';
    const same = [
      text.replaceAll('\n', '\r\n'),
      '---\n# a note\nmodel: "cheap"\ndescription: One # another\n---\nWrite.\n',
      '---\n{ description: One, model: cheap }\n---\nWrite.',
    ];
    expect(new Set([text, ...same].map(hashOf)).size).toBe(1);
    const others = [
      text.replace('One', 'Two'),
      text.replace('---\nW', 'samples: [{}]\n---\nW'),
      text.replace('---\nW', 'metrics: [score]\n---\nW'),
      text.replace('---\nW', 'x-note: 1\n---\nW'),
      text.replace('Write.', 'Write.{% comment %}well{% endcomment %}'),
      text.replace('Write.', 'Write. '),
    ];
    expect(new Set([text, ...others].map(hashOf)).size).toBe(1 + others.length);
  });

  test('are shown with eight digits', () => {
    const { prompt } = readPromptFile('prompts/merge.short.prompt.md', 'text');
    const hash = promptHash(prompt, () => undefined);
    expect(promptVersion(prompt, hash)).toBe(`merge.short@${hash.slice(0, 8)}`);
  });
});
