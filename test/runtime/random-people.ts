import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import { fc } from '../laws.ts';
import type { Reply } from './fake-model.ts';

/** The text of a crew with questions, calls that need leave, and crews inside crews, with the files that it runs. */
export interface PeopleCrew {
  readonly yaml: string;
  readonly files: { readonly [path: string]: string };
}

type Kind = 'human' | 'timed' | 'write' | 'role' | 'crew' | 'branches' | 'items';

interface Part {
  readonly kind: Kind;
  readonly onError: boolean;
  readonly retry: boolean;
}

function parts(kinds: readonly Kind[]): fc.Arbitrary<readonly Part[]> {
  const part = fc.record({ kind: fc.constantFrom(...kinds), onError: fc.boolean(), retry: fc.boolean() });
  return fc.array(part, { minLength: 1, maxLength: 3 });
}

const QUESTION = { human: 'Part {{ visit }}?', choices: ['yes', 'no'], free_text: true };
const WRITE = { tool: 'kit.write', with: { text: 'a' } };

/** What one phase does; `inner` is the file that it runs where it runs one. */
function workOf(kind: Kind, inner: string): object {
  const crew = { crew: inner, inputs: { word: 'x' } };
  const works: { readonly [Key in Kind]: object } = {
    human: QUESTION,
    timed: { ...QUESTION, timeout: '40m', default: 'no' },
    write: WRITE,
    role: { role: 'writer', task: 'Write.', max_turns: 3 },
    crew,
    branches: { parallel: { a: WRITE, b: crew, c: { role: 'writer', task: 'Write.' } } },
    items: { each: { in: '{{ inputs.list }}', as: 'word', max: 3 }, do: crew, concurrency: 2 },
  };
  return works[kind];
}

function phasesOf(list: readonly Part[], inner: string): object {
  const rows = list.map(({ kind, onError, retry }, index) => {
    const next = index + 1 < list.length ? `p${index + 1}` : 'done';
    const routing = {
      next,
      ...(onError ? { on_error: 'failed' } : {}),
      ...(retry && kind !== 'human' && kind !== 'timed' ? { retry: 1 } : {}),
    };
    return [`p${index}`, { ...workOf(kind, inner), ...routing }] as const;
  });
  const failed = list.some(part => part.onError)
    ? { failed: { end: 'failure', result: '{{ run.error.code }}' } }
    : {};
  return { ...Object.fromEntries(rows), done: { end: 'success', result: 'ok' }, ...failed };
}

function textOf(keys: object): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

const ROLES = { writer: { goal: 'Write.', tools: ['kit'] } };
const LIST = { list: { type: 'array', default: [1, 2] } };

function fileOf(
  name: string,
  list: readonly Part[],
  more: { readonly inner: string; readonly budget: object },
): string {
  const { inner, budget } = more;
  return textOf({
    version: 1,
    crew: name,
    goal: 'Do a part.',
    tools: { kit: 'builtin:kit' },
    roles: ROLES,
    inputs: { word: { type: 'string' }, ...LIST },
    ...budget,
    start: 'p0',
    phases: phasesOf(list, inner),
  });
}

const BUDGET = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record({
    budget: fc.record({ calls: fc.integer({ min: 1, max: 6 }), tool_calls: fc.integer({ min: 1, max: 6 }) }),
  }),
);

/** Calm: without budgets and times, so that every resume must come to the same end. */
export function peopleCrew(temper: 'calm' | 'wild'): fc.Arbitrary<PeopleCrew> {
  const leaves: readonly Kind[] =
    temper === 'calm' ? ['human', 'write', 'role'] : ['human', 'timed', 'write', 'role'];
  const budget = temper === 'calm' ? fc.constant({}) : BUDGET;
  return fc
    .record({
      outer: parts([...leaves, 'crew', 'branches', 'items']),
      middle: parts([...leaves, 'crew']),
      inner: parts(leaves),
      budgets: fc.tuple(budget, budget, budget),
    })
    .map(({ outer, middle, inner, budgets }) => ({
      yaml: textOf({
        roles: ROLES,
        inputs: LIST,
        ...budgets[0],
        start: 'p0',
        phases: phasesOf(outer, 'middle.crew.yaml'),
      }),
      files: {
        'middle.crew.yaml': fileOf('middle', middle, { inner: 'inner.crew.yaml', budget: budgets[1] }),
        'inner.crew.yaml': fileOf('inner', inner, { inner: '', budget: budgets[2] }),
      },
    }));
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return hash >>> 0;
}

/** Answers that depend on nothing but the question; in wild runs nobody may be there, or somebody says nonsense. */
export function randomPerson(temper: 'calm' | 'wild', seed: number) {
  let asked = 0;
  return ({ id, question }: PersonAskEffect): PersonAnswer | undefined => {
    asked += 1;
    const hash = hashOf(`${seed} ${id}`);
    if (temper === 'wild' && (hash + asked) % 5 === 0) return undefined;
    const good = question.kind === 'question' ? ['yes', 'no'] : ['allow', 'allow', 'deny'];
    const choices = temper === 'wild' ? [...good, 'perhaps', null] : good;
    return { choice: choices[hash % choices.length] ?? null, text: 'because', by: 'ann' };
  };
}

/** A role writes once or twice at once, then says that it is done. */
export function writingReplies({
  origin,
}: {
  readonly origin: { readonly turn: number; readonly phase: string };
}): Reply {
  if (origin.turn > 1) return { text: 'done', afterMs: hashOf(origin.phase) % 29 };
  const calls = ['a', 'b']
    .slice(hashOf(origin.phase) % 2)
    .map(text => ({ tool: 'kit.write', args: { text } }));
  return { calls, afterMs: hashOf(`${origin.phase} first`) % 31 };
}
