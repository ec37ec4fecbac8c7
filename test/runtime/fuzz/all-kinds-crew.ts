import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { learnsLessons, STRATEGIES } from '../../../src/model/strategies.ts';
import type { Dice } from './dice.ts';

/** The text of a random crew, which may still have mistakes, and the files that it runs as phases. */
export interface RandomCrewText {
  readonly yaml: string;
  readonly files: { readonly [path: string]: string };
}

const ROLES = ['ann', 'bob', 'cleo', 'dan', 'eve'] as const;
const MODELS = ['default', 'quick', 'careful'] as const;
const TYPED: JsonObject = {
  type: 'object',
  required: ['n', 'list'],
  properties: {
    n: { type: 'integer' },
    list: { type: 'array', items: { type: 'string' }, maxItems: 5 },
    word: { enum: ['yes', 'no'] },
  },
};
const REPLY: JsonObject = {
  type: 'object',
  required: ['says', 'done'],
  properties: { says: { type: 'string' }, done: { type: 'boolean' } },
};

/** A random crew of all kinds of work: a row of phases with ways ahead, and ways back to phases with a limit. */
export function allKindsCrew(dice: Dice): RandomCrewText {
  const files = { 'inner.crew.yaml': innerCrew(dice), 'inner.sop.yaml': innerSop(dice) };
  const budget = budgetOf(dice);
  const crew = {
    inputs: {
      topic: { type: 'string', default: 'rain' },
      list: { type: 'array', items: { type: 'string' }, default: ['one', 'two', 'three'] },
    },
    models: Object.fromEntries(MODELS.map(name => [name, 'auto'])),
    roles: rolesOf(dice),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
    start: 'p0',
    phases: phasesOf(dice, { size: 1 + dice.below(4), nested: true }),
  };
  return { yaml: asYaml(crew), files };
}

/** JSON is YAML. */
function asYaml(crew: object): string {
  return Object.entries(crew)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

function rolesOf(dice: Dice): JsonObject {
  const grants = [[], ['kit'], ['kit.echo'], ['kit.give', 'kit.write'], ['kit.write', 'kit.fail']];
  return Object.fromEntries(
    ROLES.map(name => [
      name,
      {
        goal: `Be ${name}.`,
        model: dice.pick(MODELS),
        ...(dice.chance(0.5) ? { tools: dice.pick(grants) } : {}),
        ...(dice.chance(0.2) ? { memory: true } : {}),
      },
    ]),
  );
}

function budgetOf(dice: Dice): JsonObject {
  if (dice.chance(0.5)) return {};
  return {
    ...(dice.chance(0.5) ? { calls: 1 + dice.below(30) } : {}),
    ...(dice.chance(0.3) ? { tool_calls: 1 + dice.below(20) } : {}),
    ...(dice.chance(0.3) ? { tokens: dice.pick(['2k', '20k', '200k', '2m']) } : {}),
    ...(dice.chance(0.2) ? { usd: dice.pick([0.01, 0.1, 5]) } : {}),
    ...(dice.chance(0.3) ? { time: dice.pick(['500ms', '5s', '10m']) } : {}),
  };
}

function innerCrew(dice: Dice): string {
  const crew = {
    version: 1,
    crew: 'inside',
    goal: 'Be inside.',
    inputs: {
      topic: { type: 'string', default: 'snow' },
      list: { type: 'array', items: { type: 'string' }, default: ['x'] },
    },
    models: Object.fromEntries(MODELS.map(name => [name, 'auto'])),
    tools: { kit: 'builtin:kit' },
    roles: rolesOf(dice),
    ...(dice.chance(0.4)
      ? { budget: { calls: 1 + dice.below(12), ...(dice.chance(0.3) ? { time: '2s' } : {}) } }
      : {}),
    start: 'p0',
    phases: phasesOf(dice, { size: 1 + dice.below(2), nested: false }),
  };
  return JSON.stringify(crew);
}

function innerSop(dice: Dice): string {
  return JSON.stringify({
    version: 1,
    sop: 'inside',
    roles: [...ROLES],
    start: 'p0',
    phases: phasesOf(dice, { size: 1 + dice.below(2), nested: false }),
  });
}

interface Shape {
  readonly size: number;
  readonly nested: boolean;
}

function phasesOf(dice: Dice, shape: Shape): JsonObject {
  const limited = Array.from({ length: shape.size }, () => dice.chance(0.7));
  const subscribed = dice.chance(0.2);
  const phases = limited.map((hasLimit, index): [string, JsonValue] => {
    const name = `p${index}`;
    const { work, conditions } = kindOf(dice, shape, name);
    const ahead = index + 1 < shape.size ? `p${index + 1}` : 'done';
    const back = dice.below(index + 1);
    const way = dice.chance(0.6) && limited[back] === true ? `p${back}` : dice.pick(['done', ahead]);
    const next =
      way === ahead
        ? ahead
        : [
            { when: dice.pick(['visit < 2', 'visit < 3', 'inputs.topic == "rain"', ...conditions]), to: way },
            { to: ahead },
          ];
    const watches = subscribed && index > 0 && hasLimit && dice.chance(0.6);
    return [
      name,
      {
        ...work,
        next,
        ...(hasLimit
          ? { max_visits: 1 + dice.below(3), ...(dice.chance(0.7) ? { on_limit: 'over' } : {}) }
          : {}),
        ...(dice.chance(0.4) ? { on_error: dice.pick(['failed', ahead]) } : {}),
        ...(watches ? { subscribe: [`p${dice.below(index)}`] } : {}),
      },
    ];
  });
  const ends = {
    done: { end: 'success', result: '{{ inputs.topic }}' },
    over: { end: dice.pick(['failure', 'success']), result: '{{ run.error.code }}' },
    failed: { end: 'failure', result: '{{ run.error.message }}' },
  };
  const written = JSON.stringify(phases);
  const used = Object.entries(ends).filter(([name]) => written.includes(`"${name}"`));
  return { ...Object.fromEntries(phases), ...Object.fromEntries(used) };
}

/** What a phase does, and conditions over what it delivers. */
interface KindOfWork {
  readonly work: JsonObject;
  readonly conditions: readonly string[];
}

type MakeWork = (dice: Dice, name: string, shape: Shape) => JsonObject;

const KINDS: readonly (readonly [string, MakeWork, number])[] = [
  ['role', roleWork, 3],
  ['talk', talkWork, 6],
  ['manage', manageWork, 4],
  ['ask', askWork, 2],
  ['chain', chainWork, 1],
  ['each', eachWork, 2],
  ['parallel', parallelWork, 3],
  ['human', humanWork, 2],
  ['tool', toolWork, 1],
  ['crew', crewWork, 2],
];
const KIND_POOL = KINDS.flatMap(([, make, weight]) => Array.from({ length: weight }, () => make));

function kindOf(dice: Dice, shape: Shape, name: string): KindOfWork {
  const pool = shape.nested ? KIND_POOL : KIND_POOL.filter(make => make !== crewWork);
  const work = dice.pick(pool)(dice, name, shape);
  const canRetry = work.human === undefined;
  const extra = {
    ...(canRetry && dice.chance(0.25) ? { retry: dice.pick<JsonValue>([1, { max: 2, backoff: '1s' }]) } : {}),
    ...(work.timeout === undefined && dice.chance(0.15)
      ? { timeout: dice.pick(['200ms', '5s', '10m']) }
      : {}),
    ...(canRetry && dice.chance(0.2) ? { reflect: reflectOf(dice, name) } : {}),
  };
  const conditions = work.output === TYPED ? [`${name}.n > 1`, `${name}.list.size > 2`] : [];
  return { work: { ...work, ...extra }, conditions };
}

function reflectOf(dice: Dice, name: string): JsonObject {
  const pick = (): JsonObject =>
    dice.pick<JsonObject>([
      { schema: { minLength: 12 } },
      { schema: false },
      { expression: `${name} != blank and visit > 1` },
      { role: dice.pick(ROLES), task: `Judge {{ ${name} | json }}` },
      {
        tool: 'kit.give',
        with: { passed: false, n: 1 },
        pass: 'evaluation.passed',
        score: '{{ evaluation.n }}',
      },
      { tool: 'kit.fail', with: {}, pass: 'evaluation.passed' },
    ]);
  const evaluator = pick();
  const strategy = dice.pick([...STRATEGIES]);
  return {
    evaluator: dice.chance(0.3) ? [evaluator, pick()] : evaluator,
    trials: 1 + dice.below(3),
    keep: dice.pick(['best', 'last']),
    strategy,
    ...(learnsLessons({ strategy }) ? { window: dice.pick([1, 'all']) } : {}),
  };
}

const TASKS = ['Work.', 'Visit {{ visit }}.', 'On {{ inputs.topic }}.', '{{ inputs.list | json }}'];

function typed(dice: Dice): JsonObject {
  return dice.chance(0.5) ? { output: TYPED } : {};
}

function roleWork(dice: Dice): JsonObject {
  return {
    role: dice.pick(ROLES),
    task: dice.pick(TASKS),
    ...typed(dice),
    ...(dice.chance(0.5) ? { max_turns: 1 + dice.below(5) } : {}),
  };
}

function toolWork(dice: Dice): JsonObject {
  const tool = dice.pick(['kit.echo', 'kit.give', 'kit.fail', 'kit.write', 'kit.give']);
  return {
    tool,
    with: {
      text: dice.pick(['{{ inputs.topic }}', 'visit {{ visit }}', `{{ visit }}${' long'.repeat(60)}`]),
    },
  };
}

function someOf(dice: Dice, names: readonly string[], least: number): readonly string[] {
  const shuffled = names
    .map(name => [dice.below(1_000), name] as const)
    .toSorted(([left], [right]) => left - right);
  return shuffled.slice(0, least + dice.below(names.length - least + 1)).map(([, name]) => name);
}

function talkWork(dice: Dice): JsonObject {
  const hasInner = dice.chance(0.25);
  const speakers = [...someOf(dice, ROLES, 2), ...(hasInner ? ['panel'] : [])];
  const roles = speakers.filter(name => name !== 'panel');
  const speaker = dice.pick(['round_robin', 'random', 'selector', 'handoff', 'handoff', 'rules']);
  const reply = dice.chance(0.4) ? { reply: REPLY } : {};
  const inner = {
    talk: roles.length > 1 ? roles : [...ROLES],
    task: 'Settle it.',
    max_turns: 1 + dice.below(4),
    by: dice.pick(roles),
  };
  return {
    talk: speakers,
    task: dice.pick(TASKS),
    speaker,
    ...(dice.chance(0.7) ? { transitions: transitionsOf(dice, speakers) } : {}),
    ...(dice.chance(0.6) ? { until: untilOf(dice, dice.chance(0.5) && 'reply' in reply) } : {}),
    max_turns: 1 + dice.below(9),
    ...(dice.chance(0.6) ? { by: dice.pick(roles) } : {}),
    ...reply,
    ...(speaker === 'selector' ? { selector: { model: dice.pick(MODELS) } } : {}),
    ...(speaker === 'rules' ? { rules: rulesOf(dice, speakers) } : {}),
    ...(dice.chance(0.4)
      ? { audience: dice.pick<JsonValue>(['private', 'shared', { [roles[0] ?? '']: [roles[1] ?? ''] }]) }
      : {}),
    ...(hasInner ? { inner: { panel: inner } } : {}),
    ...typed(dice),
  };
}

/** Who may follow whom; who is not named may be followed by anybody. */
function transitionsOf(dice: Dice, speakers: readonly string[]): JsonObject {
  const rows = speakers.flatMap(name => {
    const others = speakers.filter(other => dice.chance(0.1) || other !== name);
    return dice.chance(0.85) ? [[name, [...someOf(dice, others, 1)]] as const] : [];
  });
  return Object.fromEntries(rows);
}

function rulesOf(dice: Dice, speakers: readonly string[]): JsonValue {
  return [
    { when: `speaker == "${dice.pick(speakers)}"`, to: dice.pick(speakers) },
    { when: 'turn > 3', to: dice.pick(speakers) },
    { to: dice.pick(speakers) },
  ];
}

function untilOf(dice: Dice, isTyped: boolean): JsonValue {
  const endings: readonly JsonObject[] = [
    { text: 'AGREED' },
    { no_progress: 1 + dice.below(3) },
    { tokens: 500 },
    { time: '3s' },
    { when: 'turn > 3' },
    ...(isTyped ? [{ when: 'reply.done', no_progress: 1 }] : []),
  ];
  return dice.chance(0.5) ? dice.pick(endings) : [dice.pick(endings), dice.pick(endings)];
}

function manageWork(dice: Dice): JsonObject {
  const [boss = 'ann', ...workers] = someOf(dice, ROLES, 2);
  return {
    manage: boss,
    workers,
    task: dice.pick(TASKS),
    max_delegations: 1 + dice.below(6),
    concurrency: 1 + dice.below(3),
    max_turns: 2 + dice.below(9),
    max_worker_turns: 1 + dice.below(3),
    ...typed(dice),
  };
}

function askWork(dice: Dice): JsonObject {
  const models = someOf(dice, MODELS, 2);
  const ending = dice.pick<JsonObject>([
    { vote: 'majority', output: { enum: ['yes', 'no'] } },
    { vote: 'judge', summarizer: { model: 'careful' }, output: { enum: ['yes', 'no'] } },
    { summarizer: { model: 'careful' } },
    { summarizer: { model: 'quick', prompt: 'Merge {{ answers | json }} for {{ question }}' } },
  ]);
  return {
    ask: dice.pick(TASKS),
    models: [...models],
    ...ending,
    min_answers: 1 + dice.below(models.length),
  };
}

function chainWork(dice: Dice): JsonObject {
  return {
    chain: [
      { name: 'first', model: dice.pick(MODELS), prompt_template: 'Write on {{ inputs.topic }}.' },
      { name: 'second', model: dice.pick(MODELS), prompt_template: 'Doubt {{ previous_response }}' },
      { model: dice.pick(MODELS), prompt_template: 'Mend {{ first }} by {{ second }}' },
    ],
    ...typed(dice),
  };
}

function branch(dice: Dice, nested: boolean): JsonObject {
  const makers = [roleWork, roleWork, toolWork, askWork, chainWork, ...(nested ? [crewWork] : [])];
  return {
    ...dice.pick(makers)(dice),
    ...(dice.chance(0.2) ? { retry: 1 } : {}),
    ...(dice.chance(0.15) ? { timeout: dice.pick(['100ms', '5s']) } : {}),
  };
}

function eachWork(dice: Dice, _name: string, { nested }: Shape): JsonObject {
  return {
    each: { in: dice.pick<JsonValue>(['{{ inputs.list }}', ['a', 'b', 'c', 'd']]), max: dice.pick([2, 6]) },
    do: branch(dice, nested),
    concurrency: 1 + dice.below(3),
    join: dice.pick<JsonValue>(['all', 'all', 'any', 2]),
    on_item_error: dice.pick(['keep', 'fail']),
  };
}

function parallelWork(dice: Dice, _name: string, { nested }: Shape): JsonObject {
  const count = 1 + dice.below(4);
  const rows = Array.from({ length: count }, (_, index) => [`b${index}`, branch(dice, nested)] as const);
  return {
    parallel: Object.fromEntries(rows),
    ...(dice.chance(0.5) ? { join: dice.pick<JsonValue>(['all', 'any', Math.min(2, count)]) } : {}),
    ...(dice.chance(0.4) ? { concurrency: 1 + dice.below(3) } : {}),
  };
}

function humanWork(dice: Dice): JsonObject {
  return dice.pick<JsonObject>([
    { human: 'Go on with {{ inputs.topic }}?', choices: ['yes', 'no'], free_text: dice.chance(0.5) },
    { human: 'What now?', free_text: true },
    { human: 'Go on?', choices: ['yes', 'no'], default: 'no', timeout: dice.pick(['1s', '10m']) },
    { human: 'Go on?', choices: ['yes'], timeout: '1s' },
  ]);
}

function crewWork(dice: Dice): JsonObject {
  const roles = Object.fromEntries(ROLES.map(name => [name, dice.pick(ROLES)]));
  return dice.pick<JsonObject>([
    { crew: 'inner.crew.yaml', inputs: { topic: '{{ inputs.topic }}' } },
    { crew: 'inner.sop.yaml', roles },
  ]);
}
