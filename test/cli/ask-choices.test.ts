import { describe, expect, test } from 'vitest';
import { askCrew } from '../../src/cli/ask-crew.ts';
import { type AskChoice, type AskedBefore, chooseAsk } from '../../src/cli/choose-ask.ts';
import { loadShippedCrew } from '../../src/cli/load-shipped-crew.ts';
import { evaluateCondition } from '../../src/expressions/template-evaluate.ts';
import type { ConfigLayer, ConfigValues } from '../../src/model/config.ts';
import type { Phase } from '../../src/model/crew.ts';
import type { JsonObject } from '../../src/model/json.ts';

const AUTO = { use: 'offline', reason: 'no model was chosen' };

function layer(origin: string, values: ConfigValues): ConfigLayer {
  return { origin, values };
}

function choose(sources: {
  readonly flags?: Parameters<typeof chooseAsk>[0]['values'];
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: readonly ConfigLayer[];
  readonly before?: AskedBefore;
}): AskChoice {
  const { flags = {}, env = {}, config = [], before } = sources;
  return chooseAsk({ values: flags, env, config, auto: AUTO, before });
}

const uses = (choice: AskChoice): readonly string[] => choice.models.map(({ use }) => use);

describe('whom `crew ask` asks', () => {
  const project = layer('.crew/config.yaml', { 'parallel_processing.models': ['p:1', 'p:2'] });
  const user = layer('~/config.yaml', { 'parallel_processing.models': ['u:1'] });

  test('is the flag, then CREW_MODEL, then the project, then the person, then auto', () => {
    const flags = { models: ['f:1,f:2', ' f:3 '] };
    const env = { CREW_MODEL: 'e:1' };
    expect(uses(choose({ flags, env, config: [project, user] }))).toEqual(['f:1', 'f:2', 'f:3']);
    expect(uses(choose({ env, config: [project, user] }))).toEqual(['e:1']);
    expect(uses(choose({ config: [project, user] }))).toEqual(['p:1', 'p:2']);
    expect(uses(choose({ config: [user] }))).toEqual(['u:1']);
    expect(choose({}).models).toEqual([AUTO]);
  });

  test('a variable of the setting goes over CREW_MODEL, which goes over files', () => {
    const variable: ConfigLayer = {
      origin: 'CREW_PARALLEL_PROCESSING_MODELS',
      isVariable: true,
      values: { 'parallel_processing.models': ['v:1', 'v:2'] },
    };
    const chosen = choose({ env: { CREW_MODEL: 'e:1' }, config: [variable, project] });
    expect(uses(chosen)).toEqual(['v:1', 'v:2']);
    expect(chosen.models[0]?.reason).toBe('CREW_PARALLEL_PROCESSING_MODELS');
  });

  test('is said with its reason, for people and for the journal', () => {
    expect(choose({ flags: { models: ['f:1'] } }).models).toEqual([{ use: 'f:1', reason: '--models' }]);
    expect(choose({ config: [project] }).models[0]?.reason).toBe('.crew/config.yaml');
    const auto = { use: 'offline', reason: 'auto: no model was chosen' };
    expect(choose({ flags: { models: ['auto'] } }).models).toEqual([auto]);
  });

  test('is asked once, also when `auto` stands for one that is named', () => {
    expect(uses(choose({ flags: { models: ['offline,auto'] } }))).toEqual(['offline']);
  });

  test.each(['a:1,a:1', 'a:1,', ',', ''])('is refused when the flag is odd: %j', models => {
    expect(() => choose({ flags: { models: [models] } })).toThrow(/--models/);
  });
});

describe('the summary', () => {
  const two = { models: ['a:1,b:2'] };
  const hidden = layer('x', { 'parallel_processing.ui.show_summary': false });
  const summarizer = layer('x', { 'parallel_processing.summarizer.model': 'c:3' });

  test.each<readonly [string, Parameters<typeof choose>[0], boolean]>([
    ['there is one for several models', { flags: two }, true],
    ['there is none for one model', { flags: { models: ['a:1'] } }, false],
    ['unless it is asked for', { flags: { models: ['a:1'], summary: true } }, true],
    ['`show_summary: false` leaves it out', { flags: two, config: [hidden] }, false],
    ['the flag is above the config', { flags: { ...two, summary: true }, config: [hidden] }, true],
    ['--no-summary leaves it out', { flags: { ...two, summary: false } }, false],
  ])('%s', (_what, sources, summary) => {
    expect(choose(sources).summary).toBe(summary);
  });

  test('is made by the flag, then CREW_MODEL, then the config, then the first of the models that has answered', () => {
    const flags = { ...two, summarizer: 'd:4' };
    const env = { CREW_MODEL: 'e:5' };
    expect(choose({ flags, env, config: [summarizer] }).summarizers).toMatchObject([{ use: 'd:4' }]);
    expect(choose({ flags: two, env, config: [summarizer] }).summarizers).toMatchObject([{ use: 'e:5' }]);
    expect(choose({ flags: two, config: [summarizer] }).summarizers).toEqual([{ use: 'c:3', reason: 'x' }]);
    expect(choose({ flags: two }).summarizers).toMatchObject([{ use: 'a:1' }, { use: 'b:2' }]);
  });
});

describe('a conversation that goes on', () => {
  const before: AskedBefore = {
    runId: 'r1',
    models: [
      { use: 'a:1', reason: '--models' },
      { use: 'b:2', reason: '--models' },
    ],
    summarizer: 'c:3',
    summary: true,
  };
  const kept = { reason: 'as in run r1' };

  test('keeps its models and its summarizer over variables and settings', () => {
    const config = [layer('x', { 'parallel_processing.models': ['p:1'] })];
    const choice = choose({ env: { CREW_MODEL: 'e:5' }, config, before });
    expect(choice).toMatchObject({
      models: [
        { use: 'a:1', ...kept },
        { use: 'b:2', ...kept },
      ],
      summarizers: [{ use: 'c:3', ...kept }],
      summary: true,
    });
    const { summarizer: _named, ...rest } = before;
    const unnamed = choose({ env: { CREW_MODEL: 'e:5' }, before: { ...rest, summary: false } });
    expect(unnamed.summarizers).toEqual(unnamed.models);
    expect(unnamed.summary).toBe(false);
  });

  test('flags go over what it keeps', () => {
    const choice = choose({ flags: { models: ['d:4'] }, before });
    expect(uses(choice)).toEqual(['d:4']);
    expect(choice.summary).toBe(false);
    expect(choose({ flags: { summarizer: 'd:4', summary: false }, before })).toMatchObject({
      summarizers: [{ use: 'd:4', reason: '--summarizer' }],
      summary: false,
    });
  });

  test('does not keep `offline` that nobody has named', () => {
    const config = [layer('x', { 'parallel_processing.models': ['p:1'] })];
    const { summarizer: _none, ...rest } = before;
    expect(uses(choose({ config, before: { ...rest, models: [AUTO] } }))).toEqual(['p:1']);
    const named = [{ use: 'offline', reason: '--models' }];
    expect(uses(choose({ config, before: { ...rest, models: named } }))).toEqual(['offline']);
  });
});

/** The model that merges answers; each merging phase ends with a result that has its own text. */
function mergerOf(phases: readonly Phase[], scope: JsonObject): string | undefined {
  const [asking] = phases;
  const next = asking === undefined || asking.kind === 'end' ? [] : asking.next;
  const way = next.find(({ when }) => when === undefined || evaluateCondition(when, scope));
  const merging = phases.find(({ name }) => name === way?.to);
  if (merging?.kind !== 'chain') return undefined;
  const end = phases.find(({ name }) => name === merging.next[0]?.to);
  expect(end).toMatchObject({ kind: 'end', result: { summary: `{{ ${merging.name} }}` } });
  return merging.steps[0]?.model;
}

describe('the shipped ask crew', () => {
  test('takes models, summarizer and prompt, and keeps all the rest', async () => {
    const { crew } = await loadShippedCrew('ask');
    const parts = { models: ['a:1', 'b:2'], summarizers: ['c:3'], prompt: 'Of {{ question }}' };
    const changed = askCrew(crew, parts);
    const [answers, summary, ...ends] = changed.sop.phases;
    expect(answers).toEqual({ ...crew.sop.phases[0], models: ['a:1', 'b:2'], next: expect.any(Array) });
    expect(summary).toMatchObject({
      kind: 'chain',
      steps: [{ model: 'c:3', promptTemplate: '{% assign question = inputs.question %}Of {{ question }}' }],
    });
    expect(ends).toEqual(crew.sop.phases.slice(2));
    expect(crew.sop.phases[0]).toMatchObject({ models: ['default'], minAnswers: 1 });
  });

  test('is merged by the first of the models that has answered, and not at all when fewer than two have', async () => {
    const { crew } = await loadShippedCrew('ask');
    for (const count of [1, 2, 3, 4]) {
      const models = Array.from({ length: count }, (_, index) => `a:${index}`);
      const { phases } = askCrew(crew, { models, summarizers: models }).sop;
      for (let pattern = 1; pattern < 2 ** count; pattern += 1) {
        const isAnswered = (index: number): boolean => (pattern & (2 ** index)) !== 0;
        const answers = models.map((model, index) =>
          isAnswered(index)
            ? { model, answer: 'So.' }
            : { model, failure: { code: 'OUTPUT_EMPTY', message: 'no' } },
        );
        const first = models.findIndex((_, index) => isAnswered(index));
        const answered = answers.filter(each => 'answer' in each).length;
        const merged = answered > 1 || count === 1 ? models[first] : undefined;
        expect(mergerOf(phases, { answers, inputs: { summary: true } }), `${count}, ${pattern}`).toBe(merged);
        expect(mergerOf(phases, { answers, inputs: { summary: false } })).toBeUndefined();
      }
    }
  });

  test('without a prompt of one’s own has one that wants sources, disagreement and no invented consensus', async () => {
    const { crew } = await loadShippedCrew('ask');
    const [, summary] = askCrew(crew, { models: ['a:1'], summarizers: ['c:3'] }).sop.phases;
    const [step] = summary?.kind === 'chain' ? summary.steps : [];
    expect(step?.promptTemplate).toMatch(/exact ids/);
    expect(step?.promptTemplate).toMatch(/where they differ/);
    expect(step?.promptTemplate).toMatch(/not invent a consensus/);
  });
});
