import { describe, expect, test } from 'vitest';
import { createMachine, initialTransition, transition } from 'xstate';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { namedModels } from '../../src/compiler/named-models.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { Program } from '../../src/model/program.ts';
import { CATALOG, sourceOf } from '../language/catalog.ts';

const HEAD = `version: 1
crew: example
goal: Work together.
roles:
  author: { goal: Write. }
  critic: { goal: Criticise. }
  editor: { goal: Edit. }
budget: { calls: 100 }
`;

function compile(phases: string, files: Record<string, string> = {}): Program {
  const readSource = sourceOf({ 'a.yaml': HEAD + phases, ...files });
  const { crew, sourceMap, diagnostics } = loadCrew({ path: 'a.yaml', readSource, catalog: CATALOG });
  expect(diagnostics.filter(row => row.severity === 'error')).toEqual([]);
  if (crew === undefined) throw new Error('the crew has errors');
  return compileCrew(crew, { sourceMap, catalog: CATALOG });
}

interface Heard {
  readonly type: string;
  readonly [key: string]: unknown;
}

type Counts = Readonly<Record<string, number>>;

/** The guards as the configs describe them, written down once more for a plain XState. */
const GUARDS = {
  when: () => true,
  'visit-left': ({ event }: { event: Heard }, { phase, max }: { phase: string; max: number }) =>
    ((event.visits as Counts | undefined)?.[phase] ?? 0) < max,
  'turns-left': ({ event }: { event: Heard }, { phase, max }: { phase: string; max: number }) =>
    ((event.turns as Counts | undefined)?.[phase] ?? 0) < max,
  'delegations-left': (
    { event }: { event: Heard },
    { phase, max, atOnce }: { phase: string; max: number; atOnce: number },
  ) =>
    ((event.delegations as Counts | undefined)?.[phase] ?? 0) < max &&
    ((event.working as Counts | undefined)?.[phase] ?? 0) < atOnce,
  news: (
    { event }: { event: Heard },
    { phase, artifacts, max }: { phase: string; artifacts: string[]; max: number },
  ) => {
    const published = (event.published as Counts | undefined) ?? {};
    const entered = (event.entered as Counts | undefined)?.[phase] ?? 0;
    const visits = (event.visits as Counts | undefined)?.[phase] ?? 0;
    const there = artifacts.every(name => published[name] !== undefined);
    return there && visits < max && artifacts.some(name => (published[name] ?? 0) > entered);
  },
};

/** Walks a program's machine with plain XState, after a round through text; gives the values and the actions' names. */
function walk(
  program: Program,
  events: readonly Heard[],
): { readonly values: unknown[]; readonly actions: string[] } {
  const config = JSON.parse(JSON.stringify(program.machine));
  const machine = createMachine(config, { guards: GUARDS as never });
  let [snapshot, actions] = initialTransition(machine);
  const name = (one: { type: string; params?: unknown }): string =>
    [one.type, ...Object.values((one.params ?? {}) as object)].join(' ');
  const values: unknown[] = [snapshot.value];
  const named = actions.map(name);
  for (const event of events) {
    [snapshot, actions] = transition(machine, snapshot, event as never);
    values.push(snapshot.value);
    named.push(...actions.map(name));
  }
  return { values, actions: named };
}

const TALK = `start: settle
phases:
  settle:
    talk: [author, critic, editor]
    task: Settle it
    speaker: handoff
    transitions: { author: [critic], critic: [author, editor], editor: [editor] }
    max_turns: 3
    by: editor
    next: done
  done: { end: success, result: "{{ settle }}" }
`;

describe('a conversation', () => {
  test('only legal moves change who acts, and illegal ones do nothing', () => {
    const events = [
      'settle.to.editor',
      'settle.to.critic',
      'settle.to.critic',
      'settle.to.editor',
      'settle.closed',
    ];
    const { values, actions } = walk(
      compile(TALK),
      [...events, 'settle.completed'].map(type => ({ type })),
    );
    const settle = (role: string) => ({ settle: role });
    const path = ['author', 'author', 'critic', 'critic', 'editor', '$closing'].map(settle);
    expect(values).toEqual([...path, 'done']);
    expect(actions).toEqual([
      'phase.start settle',
      'turn.start settle author',
      'turn.start settle critic',
      'turn.start settle editor',
      'turn.start settle editor true',
      'run.end done',
    ]);
  });

  test('without turns left every move leads to the writing of the artifact', () => {
    const turns = { settle: 3 };
    const { values, actions } = walk(compile(TALK), [{ type: 'settle.to.critic', turns }]);
    expect(values.at(-1)).toEqual({ settle: '$closing' });
    expect(actions).toContain('turn.limit settle');
  });

  test('a role may speak again where it is allowed to, and a repetition begins with the first one', () => {
    const to = (type: string): Heard => ({ type });
    const moves = [
      to('settle.to.critic'),
      to('settle.to.editor'),
      to('settle.to.editor'),
      to('settle.retried'),
    ];
    const { values, actions } = walk(compile(TALK), moves);
    expect(values.at(-1)).toEqual({ settle: 'author' });
    expect(actions.filter(one => one === 'turn.start settle editor')).toHaveLength(2);
  });

  test('in turn means the next one only', () => {
    const program = compile(
      TALK.replace('speaker: handoff', 'speaker: round_robin').replace(/ {4}transitions.*\n/, ''),
    );
    const order = [
      'settle.to.editor',
      'settle.to.critic',
      'settle.to.author',
      'settle.to.editor',
      'settle.to.author',
    ];
    const { values } = walk(
      program,
      order.map(type => ({ type })),
    );
    const who = values.map(value => (value as { settle: string }).settle);
    expect(who).toEqual(['author', 'author', 'critic', 'critic', 'editor', 'author']);
  });
});

describe('a conversation inside a conversation', () => {
  const PANEL = `start: debate
phases:
  debate:
    talk: [author, panel, editor]
    task: Settle it
    speaker: handoff
    transitions: { author: [panel], panel: [panel, editor], editor: [author] }
    max_turns: 3
    by: editor
    inner:
      panel:
        talk: [critic, author]
        task: "{{ speaker }} said {{ reply }}"
        transitions: { critic: [author], author: [author] }
        max_turns: 2
    next: done
  done: { end: success, result: "{{ debate }}" }
`;
  const program = compile(PANEL);
  const heard = (...types: string[]): Heard[] => types.map(type => ({ type }));
  const inPanel = (who: string) => ({ debate: { panel: who } });

  test('begins with its first role when it is to speak, and is left by the moves of the outer one', () => {
    const { values, actions } = walk(
      program,
      heard(
        'debate.to.panel',
        'debate.panel.to.author',
        'debate.panel.closed',
        'debate.to.editor',
        'debate.closed',
        'debate.completed',
      ),
    );
    expect(values).toEqual([
      { debate: 'author' },
      inPanel('critic'),
      inPanel('author'),
      inPanel('$closing'),
      { debate: 'editor' },
      { debate: '$closing' },
      'done',
    ]);
    expect(actions).toEqual([
      'phase.start debate',
      'turn.start debate author',
      'turn.start debate panel',
      'turn.start debate.panel critic',
      'turn.start debate.panel author',
      'turn.start debate.panel critic true',
      'turn.start debate editor',
      'turn.start debate editor true',
      'run.end done',
    ]);
  });

  test('knows its own moves only, and only while it speaks', () => {
    const { values } = walk(
      program,
      heard(
        'debate.panel.to.author',
        'debate.panel.closed',
        'debate.to.panel',
        'debate.to.author',
        'debate.panel.to.critic',
        'debate.panel.to.panel',
        'debate.panel.to.author',
        'debate.panel.to.author',
        'debate.to.editor',
        'debate.panel.to.author',
      ),
    );
    expect(values.map(value => (value as { debate: unknown }).debate)).toEqual([
      'author',
      'author',
      'author',
      { panel: 'critic' },
      { panel: 'critic' },
      { panel: 'critic' },
      { panel: 'critic' },
      { panel: 'author' },
      { panel: 'author' },
      'editor',
      'editor',
    ]);
  });

  test('counts its replies for itself, and the outer one counts the summary', () => {
    const spent = walk(program, [
      ...heard('debate.to.panel'),
      { type: 'debate.panel.to.author', turns: { debate: 1, 'debate.panel': 2 } },
    ]);
    expect(spent.values.at(-1)).toEqual(inPanel('$closing'));
    expect(spent.actions.slice(-2)).toEqual([
      'turn.limit debate.panel',
      'turn.start debate.panel critic true',
    ]);
    const outer = walk(program, [
      ...heard('debate.to.panel'),
      { type: 'debate.panel.to.author', turns: { debate: 3, 'debate.panel': 1 } },
      { type: 'debate.to.editor', turns: { debate: 3, 'debate.panel': 1 } },
    ]);
    expect(outer.values.slice(-2)).toEqual([inPanel('author'), { debate: '$closing' }]);
    expect(outer.actions.slice(-2)).toEqual(['turn.limit debate', 'turn.start debate editor true']);
  });

  test('is ended with the outer one, whoever speaks, and begins anew when it speaks again', () => {
    const inside = heard('debate.to.panel', 'debate.panel.to.author');
    expect(walk(program, [...inside, ...heard('debate.closed')]).values.at(-1)).toEqual({
      debate: '$closing',
    });
    expect(walk(program, [...inside, ...heard('debate.retried')]).values.at(-1)).toEqual({
      debate: 'author',
    });
    expect(walk(program, [...inside, ...heard('debate.failed')]).values.at(-1)).toBe('$failed');
    const again = walk(program, [...inside, ...heard('debate.to.panel')]);
    expect(again.values.at(-1)).toEqual(inPanel('critic'));
    expect(again.actions.slice(-2)).toEqual(['turn.start debate panel', 'turn.start debate.panel critic']);
  });

  test('has its places in the source map, and its selector among the models', () => {
    const chosen = compile(
      PANEL.replace('max_turns: 2', 'speaker: selector\n        selector: { model: "openai:x" }'),
    );
    expect(namedModels(chosen)).toEqual(['openai:x']);
    expect(chosen.sourceMap['phases.debate.inner.panel.task']).toMatchObject({ start: { line: 21 } });
    expect(chosen.phases.debate).toMatchObject({ inner: { panel: { name: 'panel', by: 'critic' } } });
  });

  test('may open the outer one', () => {
    const opened = walk(compile(PANEL.replace('[author, panel, editor]', '[panel, author, editor]')), []);
    expect(opened.values).toEqual([inPanel('critic')]);
    expect(opened.actions).toEqual([
      'phase.start debate',
      'turn.start debate panel',
      'turn.start debate.panel critic',
    ]);
  });
});

test('a managed phase starts idle workers only, within its limits, and takes them back', () => {
  const program = compile(`start: make
phases:
  make: { manage: editor, workers: [author, critic], task: Make it, max_delegations: 3, concurrency: 2, next: done }
  done: { end: success, result: "{{ make }}" }
`);
  const { values, actions } = walk(program, [
    { type: 'make.to.author' },
    { type: 'make.to.author', delegations: { make: 1 }, working: { make: 1 } },
    { type: 'make.to.critic', delegations: { make: 1 }, working: { make: 2 } },
    { type: 'make.to.critic', delegations: { make: 1 }, working: { make: 1 } },
    { type: 'make.from.author' },
    { type: 'make.to.author', delegations: { make: 3 }, working: { make: 1 } },
  ]);
  const at = (author: string, critic: string) => ({ make: { editor: 'working', author, critic } });
  expect(values).toEqual([
    at('idle', 'idle'),
    at('working', 'idle'),
    at('working', 'idle'),
    at('working', 'idle'),
    at('working', 'working'),
    at('idle', 'working'),
    at('idle', 'working'),
  ]);
  expect(actions.filter(one => one.startsWith('turn.start'))).toEqual([
    'turn.start make editor',
    'turn.start make author',
    'turn.start make critic',
  ]);
});

describe('subscribers', () => {
  const program = compile(`start: draft
phases:
  draft: { role: author, task: Draft, next: publish }
  check: { role: critic, task: "Check {{ draft }}", subscribe: [draft], max_visits: 2, next: publish }
  review: { role: editor, task: "Review {{ draft }} and {{ check }}", subscribe: [draft, check], next: publish }
  publish: { role: author, task: "Publish {{ draft }}", next: done }
  done: { end: success, result: "{{ publish }}" }
`);

  test('come before the ways of what completed, in the order of the file, when there is news', () => {
    const { values } = walk(program, [
      { type: 'draft.completed', published: { draft: 2 }, entered: { draft: 1 }, visits: { draft: 1 } },
      {
        type: 'check.completed',
        published: { draft: 2, check: 4 },
        entered: { draft: 1, check: 3 },
        visits: { draft: 1, check: 1 },
      },
      {
        type: 'review.completed',
        published: { draft: 2, check: 4, review: 6 },
        entered: { draft: 1, check: 3, review: 5 },
        visits: { draft: 1, check: 1, review: 1 },
      },
    ]);
    expect(values).toEqual(['draft', 'check', 'review', 'publish']);
  });

  test('are passed when their visits are used up', () => {
    const visits = { draft: 3, check: 2, review: 1 };
    const news = { published: { draft: 9, check: 4 }, entered: { check: 3 }, visits };
    expect(walk(program, [{ type: 'draft.completed', ...news }]).values.at(-1)).toBe('publish');
  });
});

test('each, ask, chain, human and crew are plain working states', () => {
  const program = compile(
    `start: list
phases:
  list: { role: author, task: List, output: { type: array }, next: every }
  every: { each: { in: "{{ list }}", max: 3 }, do: { role: author, task: "{{ item | json }}" }, next: asked }
  asked: { ask: Why?, models: [default, offline], next: chained }
  chained: { chain: [{ prompt_template: Go }, { prompt_template: "{{ previous_response }}" }], next: person }
  person: { human: Good?, choices: [yes please, stop], next: sub }
  sub: { crew: inner.crew.yaml, next: done }
  done: { end: success, result: ["{{ every }}", "{{ asked }}", "{{ chained }}", "{{ person.choice }}", "{{ sub }}"] }
`,
    {
      'inner.crew.yaml': `version: 1
crew: inner
goal: Be inside.
budget: { calls: 3 }
roles: { host: { goal: Greet. } }
start: greet
phases: { greet: { role: host, task: Greet, next: done }, done: { end: success, result: "{{ greet }}" } }
`,
    },
  );
  const names = ['list', 'every', 'asked', 'chained', 'person', 'sub'];
  const { values } = walk(
    program,
    names.map(name => ({ type: `${name}.completed` })),
  );
  expect(values).toEqual([...names, 'done']);
  expect(program.crews?.sub).toMatchObject({ crew: 'inner', budget: { calls: 3 } });
  expect(program.phases.sub).not.toHaveProperty('crew');
});
