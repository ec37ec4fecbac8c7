import type { Reflection, ReflectionStrategy } from '../../src/model/reflection.ts';
import { learnsLessons, STRATEGIES } from '../../src/model/strategies.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { fc } from '../laws.ts';
import type { Reply } from './fake-model.ts';
import type { FakeTool } from './fake-tools.ts';
import { MOST_TEXT } from './fake-tools.ts';

/** What a random crew may do. Calm: nothing races, so that every resume must come to the same end. */
type Temper = 'calm' | 'wild';

const OUTPUT = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
const RETRY = fc.option(
  fc.record({ max: fc.integer({ min: 1, max: 2 }), backoff: fc.constantFrom('10ms', '1s') }),
  {
    nil: undefined,
  },
);

const BUDGET = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.record(
    {
      calls: fc.integer({ min: 1, max: 12 }),
      tool_calls: fc.integer({ min: 1, max: 12 }),
      time: fc.constantFrom('30ms', '1s'),
    },
    { requiredKeys: [] },
  ),
);

function work(temper: Temper, inBranch: boolean) {
  const timeout =
    temper === 'calm'
      ? fc.constant(undefined)
      : fc.constantFrom(undefined, undefined, undefined, '5ms', '40ms', '2s');
  const tools =
    temper === 'calm' && inBranch ? ['kit.give'] : ['kit.give', 'kit.give', 'kit.echo', 'kit.fail'];
  return fc.oneof(
    fc.record({
      role: fc.constant('writer'),
      task: fc.constantFrom('Write.', 'Visit {{ visit }}.', 'On {{ inputs.topic }}.'),
      output: fc.constantFrom(undefined, OUTPUT),
      max_turns: fc.constantFrom(undefined, 1, 3),
      retry: RETRY,
      timeout,
    }),
    fc.record({
      tool: fc.constantFrom(...tools),
      with: fc.constantFrom(
        { text: 'visit {{ visit }}' },
        { text: 'on {{ inputs.topic }}' },
        { text: `{{ visit }}${' too long'.repeat(MOST_TEXT)}` },
      ),
      retry: RETRY,
      timeout,
    }),
    fc.record({
      ...ASKED,
      models: fc.constantFrom(...MODELS),
      min_answers: fc.constantFrom(1, 1, 2),
      timeout,
    }),
    fc.record({ ...ASKED, models: fc.constantFrom(...MODELS), vote: fc.constant('majority'), timeout }),
    fc.record({
      ...ASKED,
      models: fc.constantFrom(...MODELS),
      vote: fc.constantFrom(undefined, 'judge'),
      summarizer: fc.constantFrom(
        { model: 'other' },
        { prompt: '{{ question }} {{ answers | json }}' },
        // Fails where the first model did, and where it answered with more than digits.
        { prompt: '{% if answers[0].failure %}{{ 1 | divided_by: 0 }}{% endif %}Well?' },
      ),
      timeout,
    }),
    fc.record({
      chain: fc
        .array(
          fc.record({
            model: fc.constantFrom(undefined, 'other'),
            prompt_template: fc.constantFrom('Write.', '{{ inputs.topic }}', 'Visit {{ visit }}.'),
          }),
          { minLength: 1, maxLength: 3 },
        )
        .map(steps => [...steps.slice(0, -1), steps.length === 1 ? steps[0] : LAST_STEP]),
      output: fc.constantFrom(undefined, OUTPUT),
      retry: RETRY,
      timeout,
    }),
  );
}

const LAST_STEP = { prompt_template: '{{ previous_response }} after {{ step_1 }}' };
const MODELS = [
  ['default', 'other'],
  ['third', 'other', 'default'],
];
const ASKED = {
  ask: fc.constantFrom('What?', 'What about {{ inputs.topic }}?'),
  output: fc.constantFrom(undefined, OUTPUT),
  retry: RETRY,
};

const CHECK = fc.constantFrom<object>(
  { schema: { type: 'object' } },
  { expression: 'visit > 1' },
  { tool: 'kit.give', with: { text: 'x' }, pass: 'evaluation.passed == true', score: '{{ visit }}' },
  { tool: 'kit.give', with: { text: 'x' }, pass: 'visit > 1', score: '{{ evaluation.text }}' },
  { role: 'writer', task: 'Judge.' },
);
const REFLECT = fc
  .record({
    evaluator: fc.oneof(CHECK, fc.array(CHECK, { minLength: 1, maxLength: 3 })),
    trials: fc.integer({ min: 1, max: 3 }),
    keep: fc.constantFrom('best', 'last'),
    window: fc.constantFrom(1, 'all'),
    strategy: fc.constantFrom(undefined, ...STRATEGIES),
  })
  .map(reflect => (learnsLessons(withoutUndefined(reflect)) ? reflect : { ...reflect, window: undefined }));

function withoutUndefined({
  strategy,
}: {
  readonly strategy: ReflectionStrategy | undefined;
}): Pick<Reflection, 'strategy'> {
  return strategy === undefined ? {} : { strategy };
}

const CONCURRENCY = fc.constantFrom(undefined, 1, 2);

/** Where nothing may race, all parts are waited for. */
function join(temper: Temper, parts: number) {
  const some = fc.constantFrom<'all' | 'any' | number | undefined>(
    undefined,
    'all',
    'any',
    Math.min(2, parts),
  );
  return temper === 'calm' ? fc.constant(undefined) : some;
}

function each(temper: Temper) {
  return fc.record({
    each: fc.record({
      in: fc.constantFrom(
        '{{ inputs.topic | split: "" }}',
        '{{ "" | split: "," }}',
        '{{ "a,b" | split: "," }}',
      ),
      as: fc.constant('item'),
      max: fc.constantFrom(3, 4, 4),
    }),
    do: work(temper, true),
    concurrency: CONCURRENCY,
    join: join(temper, 2),
    on_item_error: fc.constantFrom(undefined, 'keep'),
    retry: RETRY,
  });
}

function manage(temper: Temper) {
  return fc.record({
    manage: fc.constant('writer'),
    workers: fc.constantFrom(['hand'], ['hand', 'eye']),
    task: fc.constantFrom('Manage.', 'On {{ inputs.topic }}.'),
    max_delegations: fc.integer({ min: 1, max: 4 }),
    max_turns: fc.integer({ min: 1, max: 5 }),
    max_worker_turns: fc.integer({ min: 1, max: 3 }),
    concurrency: temper === 'calm' ? fc.constant(1) : CONCURRENCY,
    output: fc.constantFrom(undefined, OUTPUT),
    retry: RETRY,
    timeout: temper === 'calm' ? fc.constant(undefined) : fc.constantFrom(undefined, undefined, '40ms'),
  });
}

function phase(temper: Temper) {
  const branches = fc.array(work(temper, true), { minLength: 1, maxLength: 3 }).chain(list =>
    fc.record({
      parallel: fc.constant(Object.fromEntries(list.map((branch, index) => [`b${index}`, branch]))),
      concurrency: CONCURRENCY,
      join: join(temper, list.length),
    }),
  );
  return fc.record({
    does: fc.oneof(
      { weight: 2, arbitrary: work(temper, false) },
      branches.chain(parallel => withRetry(parallel)),
      each(temper),
      manage(temper),
    ),
    watches: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
    reflect: fc.option(REFLECT, { nil: undefined, freq: 2 }),
    back: fc.option(fc.nat(5), { nil: undefined }),
    onError: fc.boolean(),
    limit: fc.integer({ min: 1, max: 3 }),
  });
}

function withRetry<Work extends object>(parallel: Work) {
  return fc.record({ retry: RETRY }).map(more => ({ ...parallel, ...more }));
}

/** The text of a random crew that passes all checks: a row of phases with bounded ways back. */
export function randomCrew(temper: Temper): fc.Arbitrary<string> {
  const phaseLists = fc.array(phase(temper), { minLength: 1, maxLength: 4 });
  return fc.tuple(phaseLists, temper === 'calm' ? fc.constant({}) : BUDGET).map(([list, budget]) => {
    const phases = list.map(({ does, reflect, watches, back, onError, limit }, index) => {
      const ahead = index + 1 < list.length ? `p${index + 1}` : 'done';
      const next =
        back === undefined ? ahead : [{ when: 'visit < 3', to: `p${Math.min(back, index)}` }, { to: ahead }];
      const routing = {
        next,
        max_visits: limit,
        on_limit: 'over',
        ...(watches === undefined || watches === index || watches >= list.length
          ? {}
          : { subscribe: [`p${watches}`] }),
        ...(onError ? { on_error: 'failed' } : {}),
      };
      return [
        `p${index}`,
        { ...does, ...(reflect === undefined || 'tool' in does ? {} : { reflect }), ...routing },
      ] as const;
    });
    const ends = {
      done: { end: 'success', result: '{{ run.error }}' },
      over: { end: 'failure', result: '{{ run.error.code }}' },
      ...(list.some(each => each.onError)
        ? { failed: { end: 'failure', result: '{{ run.error.code }}' } }
        : {}),
    };
    const crew = {
      roles: {
        writer: { goal: 'Write.', tools: ['kit'] },
        hand: { goal: 'Do.', tools: ['kit.give'] },
        eye: { goal: 'Look.' },
      },
      models: { default: 'auto', other: { use: ['fake:one', 'fake:two'] }, third: 'auto' },
      inputs: { topic: { type: 'string', default: 'x' } },
      ...(Object.keys(budget).length === 0 ? {} : { budget }),
      start: 'p0',
      phases: { ...Object.fromEntries(phases), ...ends },
    };
    // JSON is YAML.
    const rows = Object.entries(crew).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
    return rows.join('');
  });
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  }
  return hash >>> 0;
}

const CALLS = [
  { tool: 'kit.echo', args: { text: 'x' } },
  { tool: 'kit.give', args: { n: 1 } },
  { tool: 'kit.fail' },
  { tool: 'kit.unknown' },
  { tool: 'kit.echo', malformed: '{' },
  { tool: 'kit.echo', args: { text: 1 } },
];
const DELEGATE = { tool: 'delegate', args: { role: 'hand', task: 'Do.', expected: 'x' } };
const GOOD: Reply = { text: '{"n": 1}' };
const MIXED: readonly Reply[] = [
  GOOD,
  { text: '```json\n{"n": 2}\n```' },
  { text: 'just words' },
  { text: '{"n": "many"}' },
  { text: '' },
  { text: '{"n": 3', finish: 'length' },
  { text: '{"passed": false, "score": 0.5, "feedback": "so", "n": 4}' },
  { text: '{"choice": 2, "reason": "so", "n": 4}' },
  { calls: CALLS.slice(0, 2) },
  { calls: CALLS },
  { text: 'thinking', calls: CALLS.slice(2, 4) },
  { calls: [DELEGATE, { tool: 'delegate', args: { role: 'eye', task: 'Look.', expected: 'x' } }, DELEGATE] },
  { calls: [{ tool: 'send_back', args: { delegation: 1, reason: 'x' } }, DELEGATE] },
  {
    calls: [
      { tool: 'ask', args: { role: 'hand', question: 'x' } },
      { tool: 'accept', args: { delegation: 1 } },
    ],
  },
  { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } },
  { failure: { code: 'PROVIDER_RATE_LIMITED', message: 'slow', retryAfterMs: 20 } },
];
const HOPELESS: readonly Reply[] = [
  { text: 'no', finish: 'content_filter' },
  { failure: { code: 'PROVIDER_AUTH', message: 'key' } },
];

/** Answers that depend on nothing but the call, so that a repeated call gets the same one. */
export function randomReplies(temper: Temper, seed: number) {
  return ({ idempotencyKey, origin }: ModelRequest): Reply => {
    const hash = hashOf(`${seed} ${idempotencyKey}`);
    const afterMs = hash % 37;
    const isRepeated = idempotencyKey.endsWith('-3');
    if (temper === 'calm' && (origin.phase.includes('.') || isRepeated)) return { ...GOOD, afterMs };
    const choices = temper === 'calm' ? MIXED : [...MIXED, ...HOPELESS];
    return { ...(choices[hash % choices.length] ?? GOOD), afterMs };
  };
}

/** Tools that take a while and give their arguments back. */
export const SLOW_TOOLS: { readonly [name: string]: FakeTool } = {
  give: async (args, { world }) => {
    await world.sleep(hashOf(JSON.stringify(args)) % 23, new AbortController().signal);
    return args;
  },
};
