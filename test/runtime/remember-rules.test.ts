import { describe, expect, test } from 'vitest';
import type { MemoryNote } from '../../src/model/memory.ts';
import type { LanguageModel, ModelRequest } from '../../src/ports/language-model.ts';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { createOfflineModel } from '../../src/providers/offline.ts';
import { eventsOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { createRememberingRuns } from './memory-crew.ts';

/** What the ledger knows of a model that goes by rules. */
const RULES = { rules: { answers: 2, toolCalls: 9 }, languageModel: false, maxTokens: 0 };

const WRITES = `memory: {}
roles:
  writer: { goal: Write., memory: true }
start: draft
phases:
  draft: { role: writer, task: "Describe how the herons of the lake build their nests.", next: done }
  done: { end: success, result: "{{ draft }}" }
`;

const TRIES = `memory: {}
roles:
  writer: { goal: Write., memory: true }
start: draft
phases:
  draft:
    role: writer
    task: "Say the word yes to the people who ask for it."
    reflect: { evaluator: { expression: 'draft contains "yes"' }, trials: 2 }
    next: done
  done: { end: success, result: "{{ draft }}" }
`;

const MIXED = `memory: {}
models: { thinker: "fake:thinker" }
roles:
  rules: { goal: Write., memory: true }
  thinker: { goal: Think., model: thinker, memory: true }
start: talked
phases:
  talked:
    talk: [rules, thinker]
    by: thinker
    task: "Agree on a word that all of us like to hear."
    max_turns: 2
    next: done
  done: { end: success, result: "{{ talked }}" }
`;

async function kept(store: MemoryStore): Promise<readonly Pick<MemoryNote, 'kind' | 'role' | 'text'>[]> {
  const notes = await store.find({ scopes: 'all', states: 'all' }, { limit: 99, order: 'oldest' });
  return notes.map(({ kind, role, text }) => ({ kind, role, text }));
}

describe('what a model that goes by rules delivers', () => {
  test('is not remembered', async () => {
    const { run, store } = createRememberingRuns();
    const first = await run({ yaml: WRITES, model: createOfflineModel(), terms: RULES });
    expect(eventsOf(first, 'run.ended')[0]?.outcome).toBe('success');
    expect(await kept(store)).toEqual([]);
  });

  test('is no try, teaches nothing, and credits no lesson', async () => {
    const { run, store } = createRememberingRuns();
    const words = ['no', 'yes'];
    await run({ yaml: TRIES, replies: () => ({ text: words.shift() ?? 'yes' }) });
    const before = await kept(store);
    expect(before.map(({ kind }) => kind)).toContain('lesson');
    for (let nth = 0; nth < 4; nth += 1) {
      await run({
        yaml: TRIES.replace('contains "yes"', '== "no"'),
        model: createOfflineModel(),
        terms: RULES,
      });
    }
    expect(await kept(store)).toEqual(before);
    const [lesson] = await store.find({ scopes: 'all', kinds: ['lesson'] }, { limit: 1, order: 'oldest' });
    expect(lesson?.lesson).toMatchObject({ uses: 0 });
  });

  test('is told from what others in the same conversation said', async () => {
    const { run, store } = createRememberingRuns();
    await run({
      yaml: MIXED,
      termsOf: { default: RULES },
      replies: ({ origin }) => ({ text: `a word of ${origin.role}` }),
    });
    const roles = (await kept(store)).map(({ role }) => role);
    expect(roles).toContain('thinker');
    expect(roles).not.toContain('rules');
  });

  test('is not remembered where it stands in for a model that failed', async () => {
    const { run, store } = createRememberingRuns();
    const yaml = `models: { default: { use: ["fake:one", "fake:two"] } }\n${WRITES}`;
    const refused = { code: 'PROVIDER_REFUSED', message: 'no' } as const;
    const replies = ({ maxTokens }: ModelRequest): Reply =>
      maxTokens === 0 ? { text: 'rules' } : { failure: refused };
    const first = await run({ yaml, replies, termsOf: { 'default~2': RULES } });
    expect(eventsOf(first, 'run.ended')[0]?.outcome).toBe('success');
    expect((await kept(store)).filter(({ kind }) => kind === 'observation')).toEqual([]);
  });

  test('judges nothing: trials that it passed or failed are no evidence, and no outcome of what was delivered', async () => {
    const { run, store } = createRememberingRuns();
    const judged = TRIES.replace(
      `{ expression: 'draft contains "yes"' }`,
      `{ role: judge, task: "Judge {{ draft }}." }`,
    ).replace(
      'roles:\n',
      'models: { rules: "fake:rules" }\nroles:\n  judge: { goal: Judge., model: rules }\n',
    );
    const verdicts = [false, true];
    const replies = ({ origin }: ModelRequest): Reply => {
      if (origin.role !== 'judge') return { text: 'an attempt' };
      return { json: { passed: verdicts.shift() ?? true, score: 1, feedback: 'by rule' } };
    };
    const first = await run({ yaml: judged, replies, termsOf: { rules: RULES } });
    expect(eventsOf(first, 'trial.judged').map(({ passed }) => passed)).toEqual([false, true]);
    const notes = await store.find({ scopes: 'all', states: 'all' }, { limit: 9, order: 'oldest' });
    expect(notes.map(({ kind, outcome }) => [kind, outcome])).toEqual([['observation', 'unknown']]);
  });

  test('is remembered in runs of before, so that their journals stay valid', async () => {
    const { run, store } = createRememberingRuns();
    await run({ yaml: WRITES, model: createOfflineModel(), terms: RULES, keepsRules: true });
    expect((await kept(store)).map(({ kind }) => kind)).toEqual(['observation']);
  });
});

describe('a model that goes by rules', () => {
  test('takes its task for its task, whatever it is reminded of before it', async () => {
    const { run } = createRememberingRuns();
    await run({
      yaml: WRITES,
      replies: () => ({ text: 'Swans were building here when we last looked at it.' }),
    });
    const said: string[] = [];
    const model: LanguageModel = createOfflineModel();
    const listening: LanguageModel = {
      ...model,
      async *generate(request, signal) {
        for await (const part of model.generate(request, signal)) {
          if (part.type === 'text') said.push(part.text);
          yield part;
        }
      },
    };
    const later = await run({ yaml: WRITES, model: listening, terms: RULES });
    expect(eventsOf(later, 'memory.recalled')[0]?.notes).toHaveLength(1);
    expect(said.join('')).toContain(
      'The task, in its own words: Describe how the herons of the lake build their nests.',
    );
    expect(said.join('')).not.toContain('Notes of earlier work');
  });

  test('takes no lesson for its task either', async () => {
    const { run } = createRememberingRuns();
    const words = ['no', 'Mind that the people who ask always want to hear one word.', 'yes'];
    await run({ yaml: TRIES, replies: () => ({ text: words.shift() ?? 'yes' }) });
    const later = await run({ yaml: TRIES, model: createOfflineModel(), terms: RULES });
    expect(eventsOf(later, 'lesson.used')).toHaveLength(1);
    const [ended] = eventsOf(later, 'phase.ended');
    expect(JSON.stringify(ended)).not.toContain('Lessons of earlier runs');
    const [answered] = eventsOf(later, 'model.ended');
    expect(answered).toMatchObject({ outcome: 'answered' });
    expect(JSON.stringify(answered)).toContain('The task, in its own words: Say the word yes to the people');
  });
});
