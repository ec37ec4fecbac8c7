import { describe, expect, test } from 'vitest';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { refusedBy } from '../../src/model/program.ts';
import { CATALOG, sourceOf } from './catalog.ts';

const HEAD = `version: 1
crew: example
goal: Read letters.
inputs: { path: { type: string, default: letter.txt } }
roles:
  reader: { goal: Read closely., tools: [files, git] }
  looker: { goal: Look only., tools: [git] }
  clerk: { goal: Ask back. }
tools: { files: builtin:files, git: builtin:git }
budget: { calls: 20 }
start: fetch
phases:
  fetch: { tool: files.read, with: { path: "{{ inputs.path }}" }, untrusted: true, next: work }
`;
const TAIL = '  done: { end: success }\n';

function compile(phases: string, files: Readonly<Record<string, string>> = {}) {
  const text = phases.startsWith('version') ? phases : HEAD + phases + TAIL;
  const readSource = sourceOf({ ...files, 'a.crew.yaml': text });
  const { crew, sourceMap, diagnostics } = loadCrew({ path: 'a.crew.yaml', readSource, catalog: CATALOG });
  if (crew === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return compileCrew(crew, { sourceMap, catalog: CATALOG });
}

describe('the tools that must not be called with untrusted words', () => {
  test.each<
    readonly [string, string, Readonly<Record<string, Readonly<Record<string, string>>>> | undefined]
  >([
    [
      'a role that reads them may call only what changes nothing',
      '  work: { role: reader, task: "Sum up {{ fetch | json }}", next: done }\n',
      { work: { 'files.write': 'fetch' } },
    ],
    [
      'a role without such tools is as before',
      '  work: { role: looker, task: "{{ fetch }}", next: done }\n',
      undefined,
    ],
    [
      'a role that does not read them is as before',
      '  work: { role: reader, task: Write, next: done }\n',
      undefined,
    ],
    [
      'what is made of them is as they are',
      '  work: { role: looker, task: "{{ fetch }}", next: more }\n  more: { role: reader, task: "{{ work }}", next: done }\n',
      { more: { 'files.write': 'fetch' } },
    ],
    [
      'also over a loop backwards',
      '  work: { role: reader, task: "{{ more | default: 1 }}", max_visits: 2, on_limit: done, next: more }\n  more: { role: looker, task: "{{ fetch }}", next: [{ when: visit < 2, to: work }, { to: done }] }\n',
      { work: { 'files.write': 'fetch' } },
    ],
    [
      'each branch is by itself',
      '  work:\n    parallel:\n      one: { role: reader, task: "{{ fetch }}" }\n      two: { role: reader, task: Write }\n    next: done\n',
      { 'work.one': { 'files.write': 'fetch' } },
    ],
    [
      'items of a list are as the list',
      '  work:\n    each: { in: "{{ fetch.lines }}", as: line, max: 3 }\n    do: { role: reader, task: "{{ line }}" }\n    next: done\n',
      { work: { 'files.write': 'fetch' } },
    ],
    [
      'in a conversation everybody is bound',
      '  work: { talk: [looker, reader], task: "{{ fetch }}", max_turns: 2, by: looker, next: done }\n',
      { work: { 'files.write': 'fetch' } },
    ],
    [
      'what is said in a conversation is as its artifact',
      '  work: { talk: [looker, clerk], task: "{{ fetch }}", max_turns: 2, by: looker, next: more }\n  more: { role: reader, task: "{{ run.talks.work | json }}", next: done }\n',
      { more: { 'files.write': 'fetch' } },
    ],
    [
      'those whom a manager tells are bound',
      '  work: { manage: looker, workers: [reader], task: "{{ fetch }}", next: done }\n',
      { work: { 'files.write': 'fetch' } },
    ],
    [
      'answers of models and chains are as their prompts',
      '  work: { chain: [{ name: a, prompt_template: "{{ fetch }}" }, { name: b, prompt_template: "{{ a }}" }], next: more }\n  more: { ask: "{{ work }}", models: [default], next: last }\n  last: { role: reader, task: "{{ more }}", next: done }\n',
      { last: { 'files.write': 'fetch' } },
    ],
    [
      'what a person answers is trusted again',
      '  work: { human: "Good? {{ fetch }}", free_text: true, next: more }\n  more: { role: reader, task: "{{ work.text }}", next: done }\n',
      undefined,
    ],
    [
      'the message of a failure is as its phase',
      '  work: { role: looker, task: "{{ fetch }}", on_error: more, next: done }\n  more: { role: reader, task: "{{ run.error.message }}", next: done }\n',
      { more: { 'files.write': 'fetch' } },
    ],
    [
      'a computed name may be any',
      '  work: { role: reader, task: "{{ run.error.code }} {{ fetch[inputs.path] }}", next: done }\n',
      { work: { 'files.write': 'fetch' } },
    ],
    [
      'a judge that reads them is bound',
      '  work: { role: looker, task: Think, reflect: { evaluator: { role: reader, task: "{{ fetch }} {{ work }}" } }, next: done }\n',
      { work: { 'files.write': 'fetch' } },
    ],
  ])('%s', (_, phases, refused) => {
    expect(compile(phases).refused).toEqual(refused);
  });

  test('are found by the path of a work, of an item and of an inner conversation', () => {
    const program = {
      refused: { work: { 'files.write': 'fetch' }, 'split.one': { 'files.write': 'fetch' } },
    };
    expect(refusedBy(program, 'work', 'files.write')).toBe('fetch');
    expect(refusedBy(program, 'work.3', 'files.write')).toBe('fetch');
    expect(refusedBy(program, 'split.one', 'files.write')).toBe('fetch');
    expect(refusedBy(program, 'split.two', 'files.write')).toBeUndefined();
    expect(refusedBy(program, 'work', 'files.read')).toBeUndefined();
    expect(refusedBy(program, 'work', 'constructor')).toBeUndefined();
    expect(refusedBy({}, 'work', 'files.write')).toBeUndefined();
  });

  test('with `not_to` are those of its names, whatever they do', () => {
    const named = HEAD.replace('untrusted: true', 'untrusted: { not_to: ["git.l*"] }');
    const program = compile(`${named}  work: { role: reader, task: "{{ fetch }}", next: done }\n${TAIL}`);
    expect(program.refused).toEqual({ work: { 'git.log': 'fetch' } });
  });

  test('are none where nothing is untrusted, and the program has no word of it', () => {
    const plain = HEAD.replace('untrusted: true, ', '');
    const program = compile(`${plain}  work: { role: reader, task: "{{ fetch }}", next: done }\n${TAIL}`);
    expect(Object.keys(program)).not.toContain('refused');
    expect(Object.keys(program.phases.fetch ?? {})).not.toContain('untrusted');
  });
});

const INNER = `version: 1
crew: inner
goal: Think about a text.
inputs: { text: { type: string }, other: { type: string, default: x } }
roles: { thinker: { goal: Think., tools: [disk] } }
tools: { disk: builtin:files }
budget: { calls: 5 }
start: think
phases:
  think: { role: thinker, task: "{{ inputs.text }}", next: done }
  done: { end: success, result: "{{ think }}" }
`;

describe('a crew inside', () => {
  const use = '  work: { crew: inner.crew.yaml, inputs: { text: "{{ fetch.text }}" }, next: more }\n';
  const more = '  more: { role: reader, task: "{{ work }}", next: done }\n';

  test('is bound by what its inputs derive from, and so is its result', () => {
    const program = compile(use + more, { 'inner.crew.yaml': INNER });
    expect(program.crews?.work?.refused).toEqual({ think: { 'disk.write': 'fetch' } });
    expect(program.refused).toEqual({ more: { 'files.write': 'fetch' } });
  });

  test('is not bound by inputs that it does not read', () => {
    const deaf = INNER.replace('"{{ inputs.text }}"', '"{{ inputs.other }}"');
    const program = compile(use + more, { 'inner.crew.yaml': deaf });
    expect(program.crews?.work?.refused).toBeUndefined();
    expect(program.refused).toBeUndefined();
  });

  test('gives its own untrusted words to the crew around it', () => {
    const strange = INNER.replace('next: done }', 'untrusted: true, next: done }');
    const clean = '  work: { crew: inner.crew.yaml, inputs: { text: hello }, next: more }\n';
    const program = compile(clean + more, { 'inner.crew.yaml': strange });
    expect(program.refused).toEqual({ more: { 'files.write': 'work/think' } });
  });

  test('is found by what stands behind names of `not_to`, whatever its aliases are', () => {
    const named = HEAD.replace('untrusted: true', 'untrusted: { not_to: [files.write] }');
    const program = compile(named + use + more + TAIL, { 'inner.crew.yaml': INNER });
    expect(program.crews?.work?.refused).toEqual({ think: { 'disk.write': 'fetch' } });
  });

  test('in a branch or for an item is bound the same way', () => {
    const branch =
      '  work:\n    parallel: { a: { crew: inner.crew.yaml, inputs: { text: "{{ fetch.text }}" } } }\n    next: done\n';
    expect(compile(branch, { 'inner.crew.yaml': INNER }).crews?.['work.a']?.refused).toBeDefined();
    const item =
      '  work:\n    each: { in: "{{ fetch.lines }}", as: line, max: 3 }\n    do: { crew: inner.crew.yaml, inputs: { text: "{{ line }}" } }\n    next: done\n';
    expect(compile(item, { 'inner.crew.yaml': INNER }).crews?.['work.do']?.refused).toBeDefined();
  });

  test('that is a procedure reads the inputs of the crew around it, and is bound by them', () => {
    const sop = `version: 1
sop: proc
roles: [thinker]
inputs: { text: { type: string } }
start: think
phases:
  think: { role: thinker, task: "{{ inputs.text }}", next: done }
  done: { end: success, result: "{{ think }}" }
`;
    const phase =
      '  work: { crew: proc.sop.yaml, roles: { thinker: reader }, inputs: { text: "{{ fetch.text }}" }, next: done }\n';
    const program = compile(phase, { 'proc.sop.yaml': sop });
    expect(program.crews?.work?.refused).toEqual({ think: { 'files.write': 'fetch' } });
  });
});

describe('a changed mark', () => {
  const work = '  work: { role: reader, task: "{{ fetch }}", next: done }\n';

  test('changes the hash of the program, and a moved rule does not', () => {
    const plain = HEAD.replace('untrusted: true, ', '');
    expect(compile(work).hash).not.toBe(compile(plain + work + TAIL).hash);
    const rules = 'policy: [{ deny: files.write }]\n';
    const above = compile(`${HEAD.replace('budget', () => `${rules}budget`)}${work}${TAIL}`);
    const below = compile(`${HEAD.replace('start', () => `# moved\n\n${rules}start`)}${work}${TAIL}`);
    expect(above.policy?.[0]?.at).toBe('a.crew.yaml:10');
    expect(below.policy?.[0]?.at).toBe('a.crew.yaml:13');
    expect(above.hash).toBe(below.hash);
    expect(above.hash).not.toBe(compile(work).hash);
  });
});
