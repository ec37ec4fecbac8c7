import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lowerPhase } from '../../src/language/lower-phase.ts';
import type { Phase, PhaseKind, TalkWork } from '../../src/model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../src/model/json.ts';
import { REFLECT, REFLECT_LOWERED } from './reflect-pair.ts';

/**
 * The schemas and the types say the same: for each kind there is a phase as it is written, with every key that its
 * schema knows, and the phase that it becomes, with every field that its type has. TypeScript holds the second against
 * the type; the tests hold the first against the schema, and the one against the other.
 */

type Of<K extends PhaseKind, Without extends string = never> = Required<
  Omit<Extract<Phase, { kind: K }>, Without>
>;

interface Pair<Lowered> {
  readonly written: JsonObject;
  readonly lowered: Lowered;
}

const WORK = { output: { type: 'object' }, timeout: '5m', retry: { max: 2, backoff: '3s' } } as const;
const WORK_LOWERED = {
  output: { type: 'object' },
  timeoutMs: 300_000,
  retry: { max: 2, backoffMs: 3000 },
} as const;
const ROUTES = {
  next: [{ when: 'visit < 2', to: 'a' }, { to: 'b' }],
  max_visits: 3,
  on_limit: 'c',
  on_error: 'd',
  budget: { calls: 1, tool_calls: 2, tokens: '3k', usd: 0.5, time: '6s' },
  subscribe: ['one'],
  untrusted: { not_to: ['mail.*'] },
} as const;
const ROUTES_LOWERED = {
  next: [{ when: 'visit < 2', to: 'a' }, { to: 'b' }],
  maxVisits: 3,
  onLimit: 'c',
  onError: 'd',
  budget: { calls: 1, toolCalls: 2, tokens: 3000, costMicroUsd: 500_000, timeMs: 6000 },
  subscribe: ['one'],
  untrusted: { notTo: ['mail.*'] },
} as const;
const ALL = { ...WORK, ...ROUTES, reflect: REFLECT };
const ALL_LOWERED = { name: 'it', ...WORK_LOWERED, ...ROUTES_LOWERED, reflect: REFLECT_LOWERED } as const;
const { reflect: _none, ...PLAIN_LOWERED } = ALL_LOWERED;

/** A conversation inside another one, with every key that it has. */
const INNER: Pair<Required<Omit<TalkWork, 'timeoutMs' | 'retry' | 'inner'>>> = {
  written: {
    talk: ['c', 'd'],
    task: 'Discuss',
    speaker: 'selector',
    transitions: { c: ['d', 'c'] },
    until: [{ when: 'turn > 2', text: 'STOP', tokens: '1k', time: '2m', no_progress: 3 }],
    max_turns: 3,
    by: 'd',
    reply: { type: 'object' },
    selector: { model: 'judge', prompt: 'Who?' },
    rules: [{ when: 'turn > 1', to: 'c' }, { to: 'd' }],
    audience: { c: ['d'] },
    output: { type: 'array' },
  },
  lowered: {
    kind: 'talk',
    name: 'b',
    roles: ['c', 'd'],
    task: 'Discuss',
    speaker: 'selector',
    transitions: { c: ['d', 'c'], d: ['c'] },
    until: [{ when: 'turn > 2', text: 'STOP', tokens: 1000, timeMs: 120_000, noProgressTurns: 3 }],
    maxTurns: 3,
    by: 'd',
    reply: { type: 'object' },
    selector: { model: 'judge', prompt: 'Who?' },
    rules: [{ when: 'turn > 1', to: 'c' }, { to: 'd' }],
    audience: { c: ['d'] },
    output: { type: 'array' },
  },
};

const PAIRS: {
  readonly role: Pair<Of<'role'>>;
  readonly talk: Pair<Of<'talk'>>;
  readonly manage: Pair<Of<'manage'>>;
  readonly ask: Pair<Of<'ask'>>;
  readonly chain: Pair<Of<'chain'>>;
  readonly parallel: Pair<Of<'parallel'>>;
  readonly each: Pair<Of<'each'>>;
  readonly tool: Pair<Of<'tool', 'reflect'>>;
  readonly human: Pair<Of<'human', 'reflect' | 'output' | 'untrusted'>>;
  /** What the file holds is read when all of the procedure is lowered. */
  readonly crew: Pair<Of<'crew', 'crew' | 'holds'>>;
  readonly end: Pair<Of<'end'>>;
} = {
  role: {
    written: { ...ALL, role: 'lead', task: 'Do', model: 'judge', max_turns: 4 },
    lowered: { ...ALL_LOWERED, kind: 'role', role: 'lead', task: 'Do', model: 'judge', maxTurns: 4 },
  },
  talk: {
    written: {
      ...ALL,
      talk: ['a', 'b'],
      task: 'Talk',
      speaker: 'selector',
      transitions: { a: ['b', 'a'] },
      until: [{ when: 'turn > 3', text: 'STOP', tokens: '2k', time: '1m', no_progress: 2 }],
      max_turns: 9,
      by: 'b',
      reply: { type: 'object' },
      selector: { model: 'judge', prompt: 'Who?' },
      rules: [{ when: 'turn > 1', to: 'a' }, { to: 'b' }],
      audience: { a: ['b'] },
      inner: { b: INNER.written },
    },
    lowered: {
      ...ALL_LOWERED,
      kind: 'talk',
      roles: ['a', 'b'],
      task: 'Talk',
      speaker: 'selector',
      transitions: { a: ['b', 'a'], b: ['a'] },
      until: [{ when: 'turn > 3', text: 'STOP', tokens: 2000, timeMs: 60_000, noProgressTurns: 2 }],
      maxTurns: 9,
      by: 'b',
      reply: { type: 'object' },
      selector: { model: 'judge', prompt: 'Who?' },
      rules: [{ when: 'turn > 1', to: 'a' }, { to: 'b' }],
      audience: { a: ['b'] },
      // The summary is a reply of the outer conversation.
      inner: { b: { ...INNER.lowered, output: { type: 'object' } } },
    },
  },
  manage: {
    written: {
      ...ALL,
      manage: 'lead',
      workers: ['a', 'b'],
      task: 'Make',
      max_delegations: 5,
      max_turns: 6,
      max_worker_turns: 7,
      concurrency: 2,
    },
    lowered: {
      ...ALL_LOWERED,
      kind: 'manage',
      role: 'lead',
      workers: ['a', 'b'],
      task: 'Make',
      maxDelegations: 5,
      maxTurns: 6,
      maxWorkerTurns: 7,
      concurrency: 2,
    },
  },
  ask: {
    written: {
      ...ALL,
      ask: 'Why?',
      models: ['x', 'y'],
      summarizer: { model: 'judge', prompt: 'Sum' },
      vote: 'judge',
      min_answers: 2,
    },
    lowered: {
      ...ALL_LOWERED,
      kind: 'ask',
      prompt: 'Why?',
      models: ['x', 'y'],
      summarizer: { model: 'judge', prompt: 'Sum' },
      vote: 'judge',
      minAnswers: 2,
    },
  },
  chain: {
    written: { ...ALL, chain: [{ name: 'draft', model: 'x', prompt_template: 'Go' }] },
    lowered: { ...ALL_LOWERED, kind: 'chain', steps: [{ name: 'draft', model: 'x', promptTemplate: 'Go' }] },
  },
  parallel: {
    written: { ...ALL, parallel: { one: { tool: 't.run' } }, join: 'any', concurrency: 2 },
    lowered: {
      ...ALL_LOWERED,
      kind: 'parallel',
      branches: [{ kind: 'tool', name: 'one', tool: 't.run', with: {} }],
      join: 'any',
      concurrency: 2,
    },
  },
  each: {
    written: {
      ...ALL,
      each: { in: '{{ list }}', as: 'one', max: 5 },
      do: { tool: 't.run' },
      concurrency: 2,
      join: 3,
      on_item_error: 'keep',
    },
    lowered: {
      ...ALL_LOWERED,
      kind: 'each',
      list: '{{ list }}',
      as: 'one',
      max: 5,
      concurrency: 2,
      join: 3,
      onItemError: 'keep',
      work: { kind: 'tool', name: 'do', tool: 't.run', with: {} },
    },
  },
  tool: {
    written: { ...WORK, ...ROUTES, tool: 't.run', with: { a: 1 } },
    lowered: { ...PLAIN_LOWERED, kind: 'tool', tool: 't.run', with: { a: 1 } },
  },
  human: {
    written: {
      ...withoutKey(withoutKey({ ...WORK, ...ROUTES }, 'output'), 'untrusted'),
      human: 'Good?',
      choices: ['y', 'n'],
      free_text: true,
      default: 'n',
    },
    lowered: {
      ...withoutKey(withoutKey(PLAIN_LOWERED, 'output'), 'untrusted'),
      kind: 'human',
      question: 'Good?',
      choices: ['y', 'n'],
      freeText: true,
      default: 'n',
    },
  },
  crew: {
    written: { ...ALL, crew: 'b.crew.yaml', inputs: { a: 1 }, roles: { r: 'lead' } },
    lowered: { ...ALL_LOWERED, kind: 'crew', file: 'b.crew.yaml', inputs: { a: 1 }, roles: { r: 'lead' } },
  },
  end: {
    written: { end: 'failure', result: 'Bad', subscribe: ['one'] },
    lowered: { kind: 'end', name: 'it', outcome: 'failure', result: 'Bad', subscribe: ['one'] },
  },
};

function withoutKey<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _out, ...rest } = value;
  return rest;
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const SOP_SCHEMA: Schema = JSON.parse(
  readFileSync(new URL('../../schemas/sop.schema.json', import.meta.url), 'utf8'),
);

function resolved(schema: Schema | undefined): Schema {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? (schema ?? {}) : resolved(SOP_SCHEMA.$defs?.[name]);
}

/** The paths of all keys that a schema describes. */
function keysOf(schema: Schema, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const here = [...path, key];
    const inner = resolved(property);
    if (inner.$ref === undefined && key === 'do') return [here];
    // A prompt file in the place of a text is gone before anything is lowered: `prompt-files.test.ts`.
    if (inner.properties?.prompt && inner.properties.variant) return [here];
    const items = keysOf(resolved(inner.items), [...here, 0]);
    const own = items.length > 0 ? [] : keysOf(inner, here);
    return [here, ...own, ...items];
  });
}

const OTHER_CHECKS = ['schema', 'expression', 'role', 'task'];
const COMMAND_KEYS = Object.keys(REFLECT.evaluator[1]);

/** A check is one of several: the first of the list is a tool, the second a command, the others are tested below. */
function keysOfPhase(schema: Schema): (readonly (string | number)[])[] {
  return keysOf(schema).flatMap(path => {
    const [first, second, index, key = ''] = path;
    if (first !== 'reflect' || second !== 'evaluator' || index === undefined) return [path];
    if (OTHER_CHECKS.includes(String(key))) return [];
    return [COMMAND_KEYS.includes(String(key)) ? [first, second, 1, ...path.slice(3)] : path];
  });
}

function valueAt(value: JsonValue, path: readonly (string | number)[]): JsonValue | undefined {
  let part: JsonValue | undefined = value;
  for (const step of path) {
    part = typeof part === 'object' && part !== null ? (part as Record<string, JsonValue>)[step] : undefined;
  }
  return part;
}

/** A copy without the value at a path. */
function without(value: JsonObject, path: readonly (string | number)[]): JsonObject {
  const copy = JSON.parse(JSON.stringify(value));
  const holder = valueAt(copy, path.slice(0, -1)) as Record<string, JsonValue>;
  delete holder[String(path.at(-1))];
  return copy;
}

const lower = (written: JsonValue): Phase =>
  lowerPhase('it', written, (_path, schema) => schema as JsonSchema);

describe.each(Object.entries(PAIRS))('a phase of the kind %s', (kind, { written, lowered }) => {
  const keys = keysOfPhase(resolved(SOP_SCHEMA.$defs?.[`${kind}Phase`]));

  test('becomes what its type says', () => {
    expect(lower(written)).toEqual(lowered);
  });

  test('has every key of its schema here', () => {
    expect(keys.filter(path => valueAt(written, path) === undefined)).toEqual([]);
  });

  test.each(keys.map(path => [path.join('.'), path] as const))(
    'is another phase without %s',
    (_name, path) => {
      expect(lower(without(written, path))).not.toEqual(lowered);
    },
  );

  test.each(Object.keys(lowered).filter(field => field !== 'name' && field !== 'kind'))(
    'has its field %s from a key',
    field => {
      const changed = keys.some(path => {
        const other: JsonObject = JSON.parse(JSON.stringify(lower(without(written, path))));
        return JSON.stringify(other[field]) !== JSON.stringify((lowered as unknown as JsonObject)[field]);
      });
      expect(changed).toBe(true);
    },
  );
});

describe('a conversation inside another one', () => {
  const keys = keysOf(resolved(SOP_SCHEMA.$defs?.innerTalk));
  const inside = (written: JsonObject): JsonValue | undefined => {
    const talk = { talk: ['a', 'b'], task: 'Talk', by: 'a', next: 'c', inner: { b: written } };
    return valueAt(JSON.parse(JSON.stringify(lower(talk))), ['inner', 'b']);
  };

  test('becomes what its type says, and has every key of its schema here', () => {
    expect(inside(INNER.written)).toEqual(INNER.lowered);
    expect(keys.filter(path => valueAt(INNER.written, path) === undefined)).toEqual([]);
  });

  test.each(keys.map(path => [path.join('.'), path] as const))('is another one without %s', (_name, path) => {
    expect(inside(without(INNER.written, path))).not.toEqual(INNER.lowered);
  });

  test('is never the one who writes the artifact when nobody says who does', () => {
    const talk = { talk: ['b', 'a'], task: 'Talk', next: 'c', inner: { b: INNER.written } };
    expect(lower(talk)).toMatchObject({ roles: ['b', 'a'], by: 'a' });
    expect(lower({ ...talk, talk: ['b'] })).toMatchObject({ by: '' });
  });
});
