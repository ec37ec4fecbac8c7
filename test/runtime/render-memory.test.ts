import { describe, expect, test } from 'vitest';
import { lookForWork } from '../../src/memory/recall-for-work.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { messageText } from '../../src/model/message.ts';
import type { RecalledRole } from '../../src/model/recall.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { type RenderOptions, recallsBefore, renderFirstCalls } from '../../src/runtime/render-calls.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { fc } from '../laws.ts';
import type { Reply } from './fake-model.ts';
import { EPOCH } from './fake-world.ts';
import { createRememberingRuns, memoryFor } from './memory-crew.ts';
import { compileText } from './run-crew.ts';

const HEAD = `inputs: { topic: { type: string } }
models: { quick: auto, careful: auto }
memory:
  blocks:
    house: { value: Be kind., level: crew }
    diary: { value: Nothing yet., level: role }
    now: { value: Fresh., level: run }
roles:
  ann: { goal: Write., memory: true, tools: [kit.echo] }
  bob: { goal: Judge., memory: { blocks: [house], recall: 2, lessons: 2, levels: [crew, role], observe: true } }
  eve: { goal: Watch. }
start: it
`;
const DONE = 'done: { end: success, result: "{{ it | json }}" }\n';
/** Passes once it was said how. */
const trialsOf = (answer: string): string =>
  `reflect: { evaluator: { expression: '${answer} == "yes"' }, trials: 2, keep: best }`;
const TRIALS = trialsOf('it');

/** A phase `it` of each kind that begins with a model, and the part of it that is looked at. */
const KINDS: Readonly<Record<string, { readonly it: string; readonly path?: string }>> = {
  role: { it: '{ role: ann, task: "Say {{ inputs.topic }} in {{ run.id }}", next: done }' },
  'role that learns': { it: `{ role: bob, task: "Say {{ inputs.topic }}", ${TRIALS}, next: done }` },
  'role without memory': { it: `{ role: eve, task: "Say {{ inputs.topic }}", ${TRIALS}, next: done }` },
  talk: { it: '{ talk: [bob, ann], task: "Talk about {{ inputs.topic }}", max_turns: 2, next: done }' },
  'talk with a selector': {
    it: '{ talk: [bob, ann, eve], task: "Talk about {{ inputs.topic }}", speaker: selector, selector: { model: quick }, max_turns: 3, next: done }',
  },
  manage: { it: '{ manage: bob, workers: [ann], task: "See to {{ inputs.topic }}", next: done }' },
  ask: { it: '{ ask: "Is it {{ inputs.topic }}?", models: [quick, careful], next: done }' },
  chain: { it: `{ chain: [{ prompt_template: "Say {{ inputs.topic }}" }], ${TRIALS}, next: done }` },
  branch: {
    it: `{ parallel: { left: { role: ann, task: "Left {{ inputs.topic }}" } }, ${trialsOf('it.left')}, next: done }`,
    path: 'it.left',
  },
  item: {
    it: `{ each: { in: ["{{ inputs.topic }}"], max: 3 }, do: { role: ann, task: "{{ index }}: {{ item }}" }, ${trialsOf('it[0]')}, next: done }`,
    path: 'it.do',
  },
  'inner conversation': {
    it: `{ talk: [panel, bob], task: "Talk about {{ inputs.topic }}", inner: { panel: { talk: [ann, eve], task: "Inside: {{ inputs.topic }}", max_turns: 2 } }, max_turns: 2, next: done }`,
    path: 'it.panel',
  },
};

const HOW = 'Say the word yes.';

/** Says yes as soon as it is told how. */
function replies(request: ModelRequest): Reply {
  const { output, origin, messages } = request;
  if (origin.role === 'lesson') return { text: HOW };
  if (origin.role === 'selector') return { json: { speaker: 'ann', reason: 'she knows' } };
  if (output !== undefined) return { json: {} };
  const said = told(messages);
  if (said.includes('trial') || said.includes(HOW)) return { text: said.includes(HOW) ? 'yes' : 'no' };
  return { text: `${origin.role} said: herons wade in the rain.` };
}

const yamlOf = (it: string): string => `${HEAD}phases:\n  it: ${it}\n  ${DONE}`;
const told = (messages: ModelRequest['messages'] = []): string => messages.map(messageText).join('\n---\n');

/** What is rendered for the next run on a store, with what its memory holds. */
async function rendered(yaml: string, path: string, topic: string, store = createInMemoryStore()) {
  const program = compileText(yaml);
  const locals: JsonObject = path === 'it.do' ? { item: topic, index: 0 } : {};
  const options: RenderOptions = {
    ...{ program, path, locals, inputs: { topic }, artifacts: {}, models: {}, terms: {}, at: EPOCH },
  };
  const recalled = new Map<string, readonly RecalledRole[]>();
  for (const request of recallsBefore(options)) {
    const { roles } = await lookForWork(memoryFor(store, { runId: 'none' }), request);
    recalled.set(request.phase, roles);
  }
  return { recalled, call: renderFirstCalls({ ...options, recalled })[0] };
}

describe('what is rendered before a run with memory', () => {
  test.each(Object.entries(KINDS))('is what it sends first: %s', async (_kind, { it, path = 'it' }) => {
    const yaml = yamlOf(it);
    const topic = fc.constantFrom('herons in the rain', 'owls', 'tools of herons');
    const law = fc.asyncProperty(fc.array(topic, { maxLength: 3 }), topic, async (before, now) => {
      const { run, store } = createRememberingRuns();
      for (const one of before) await run({ yaml, inputs: { topic: one }, replies });
      const shown = await rendered(yaml, path, now, store);
      const { modelRequests } = await run({ yaml, inputs: { topic: now }, replies });
      const [first] = modelRequests;
      // An id of a run is known to nobody before it.
      const expected = told(first?.messages).replaceAll(`run${before.length + 1}`, 'render');
      expect(told(shown.call?.messages)).toBe(expected);
      expect(shown.call?.tools.map(({ name }) => name)).toEqual(first?.tools.map(({ name }) => name));
    });
    await fc.assert(law, { numRuns: 6 });
  });

  test('shows notes, lessons and decisions of earlier runs, so that the law is about something', async () => {
    const texts = new Map<string, string>();
    for (const [kind, { it, path = 'it' }] of Object.entries(KINDS)) {
      const { run, store } = createRememberingRuns();
      for (const topic of ['herons', 'rain']) await run({ yaml: yamlOf(it), inputs: { topic }, replies });
      const { call } = await rendered(yamlOf(it), path, 'herons', store);
      texts.set(kind, told(call?.messages));
    }
    const having = (words: string) =>
      [...texts].filter(([, text]) => text.includes(words)).map(([kind]) => kind);
    expect(having('Be kind.').length).toBeGreaterThan(6);
    expect(having('<recalled_notes>').length).toBeGreaterThan(5);
    expect(having(HOW).length).toBeGreaterThan(3);
  });

  test('has the decisions of earlier runs for who manages', async () => {
    const { run, store } = createRememberingRuns();
    const by = { runId: 'before', phase: 'it', role: 'bob', key: 'it/1', author: 'rule', crew: 'test' };
    const decision = {
      key: 'way',
      scope: 'crew:test',
      kind: 'decision',
      text: 'Ann was asked first.',
    } as const;
    const note = { ...decision, tags: ['phase:it'], trust: 2, sources: ['rule'] } as const;
    await writeNotes(memoryFor(store, { runId: 'before' }), by, [note]);
    const yaml = yamlOf(KINDS.manage?.it ?? '');
    const { call } = await rendered(yaml, 'it', 'herons', store);
    expect(told(call?.messages)).toContain('Ann was asked first.');
    const { modelRequests } = await run({ yaml, inputs: { topic: 'herons' }, replies });
    expect(told(call?.messages)).toBe(told(modelRequests[0]?.messages));
  });

  test('has no tools of memory without it', () => {
    const program = compileText(yamlOf(KINDS.role?.it ?? ''));
    const options = {
      program,
      path: 'it',
      inputs: { topic: 'x' },
      artifacts: {},
      locals: {},
      models: {},
      terms: {},
    };
    const remembering = {
      ...program,
      tools: program.tools.map(tool => ({ ...tool, memory: 'reads' as const })),
    };
    const toolsOf = (more: Partial<RenderOptions>) =>
      renderFirstCalls({ ...options, program: remembering, ...more })[0]?.tools.length;
    expect([toolsOf({}), toolsOf({ withoutMemory: true })]).toEqual([1, 0]);
  });

  test('changes nothing: no note counts as used by being looked at', async () => {
    const { run, store } = createRememberingRuns();
    const yaml = yamlOf(KINDS.role?.it ?? '');
    await run({ yaml, inputs: { topic: 'herons' }, replies });
    const version = await store.version();
    const { recalled } = await rendered(yaml, 'it', 'herons', store);
    expect([...recalled.values()].flat().flatMap(({ notes }) => notes).length).toBeGreaterThan(0);
    await store.flush();
    const notes = await store.find({ scopes: 'all' }, { limit: 99, order: 'oldest' });
    expect(notes.map(({ used }) => used)).toEqual(notes.map(() => 0));
    expect(await store.version()).toBe(version);
  });
});
