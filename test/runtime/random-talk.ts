import type { TalkWork } from '../../src/model/crew.ts';
import type { Program } from '../../src/model/program.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { fc } from '../laws.ts';
import type { Reply } from './fake-model.ts';

const ROLES = ['author', 'critic', 'editor', 'clerk'];
const REPLY = {
  type: 'object',
  required: ['n'],
  properties: { n: { type: 'integer' }, to: { type: 'string' } },
};
const SPEAKERS = ['round_robin', 'random', 'selector', 'handoff', 'handoff', 'rules'] as const;

const ENDINGS = fc.constantFrom(
  undefined,
  undefined,
  'turn > 4',
  { text: 'STOP' },
  { no_progress: 2 },
  { tokens: 200 },
  { time: '60ms', when: 'turn > 1' },
  [{ text: 'STOP' }, { when: 'thread.size == 5 and speaker == "critic"' }],
);

/** A random conversation as it is written; everybody can be reached, as the check asks. */
function conversation(names: readonly string[]) {
  const extra = fc.subarray([...names]);
  return fc.record({
    extras: fc.tuple(...names.map(() => extra)),
    speaker: fc.constantFrom(...SPEAKERS),
    until: ENDINGS,
    maxTurns: fc.integer({ min: 1, max: 7 }),
    by: fc.nat(names.length - 1),
    output: fc.constantFrom(undefined, REPLY),
    audience: fc.constantFrom('shared', 'private', 'shared', {
      [names[0] ?? '']: [names[1] ?? ''],
      [names[1] ?? '']: [],
    }),
    rules: fc.constantFrom('turn == 2', 'speaker == "author"', 'thread.size > 3'),
  });
}

type Conversation = ReturnType<typeof conversation> extends fc.Arbitrary<infer Value> ? Value : never;

function written(names: readonly string[], chosen: Conversation): object {
  const { extras, speaker, until, maxTurns, by, output, audience, rules } = chosen;
  const next = (index: number): string => names[(index + 1) % names.length] ?? '';
  const transitions = names.map((name, index) => [
    name,
    [...new Set([next(index), ...(extras[index] ?? [])])],
  ]);
  const writer = names[by] === 'panel' ? 'author' : names[by];
  return {
    talk: names,
    task: 'Settle it.',
    speaker,
    transitions: Object.fromEntries(transitions),
    max_turns: maxTurns,
    by: writer,
    audience,
    ...(until === undefined ? {} : { until }),
    ...(output === undefined ? {} : { output }),
    ...(speaker === 'selector' ? { selector: { model: 'chooser' } } : {}),
    ...(speaker === 'rules' ? { rules: [{ when: rules, to: names[1] }, { to: names[0] }] } : {}),
  };
}

/** The text of a random crew of one conversation, and maybe one inside it. */
export const randomTalk: fc.Arbitrary<string> = fc
  .record({
    size: fc.integer({ min: 2, max: 4 }),
    panel: fc.option(conversation(['editor', 'clerk']), { nil: undefined }),
    isTyped: fc.boolean(),
    retry: fc.constantFrom(undefined, undefined, { max: 1, backoff: '10ms' }),
  })
  .chain(({ size, panel, isTyped, retry }) => {
    const names = panel === undefined ? ROLES.slice(0, size) : ['author', 'critic', 'panel'];
    return conversation(names).map(chosen => {
      const { output, ...inside } =
        panel === undefined ? {} : (written(['editor', 'clerk'], panel) as { output?: object });
      const inner = isTyped || output === undefined ? inside : { ...inside, output };
      const debate = {
        ...written(names, chosen),
        ...(isTyped ? { reply: REPLY } : {}),
        ...(retry === undefined ? {} : { retry }),
        ...(panel === undefined ? {} : { inner: { panel: inner } }),
        next: 'done',
      };
      const crew = {
        roles: Object.fromEntries(
          ROLES.map(name => [name, { goal: 'Talk.', tools: name === 'clerk' ? ['kit'] : [] }]),
        ),
        models: { chooser: 'auto' },
        start: 'debate',
        phases: { debate, done: { end: 'success', result: ['{{ debate }}', '{{ run.talks.debate }}'] } },
      };
      const rows = Object.entries(crew).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
      return rows.join('');
    });
  });

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  }
  return hash >>> 0;
}

const JSON_REPLY = { n: 1, to: 'critic' };
const GOOD: Reply = { text: JSON.stringify({ ...JSON_REPLY, speaker: 'critic', reason: 'why' }) };
const handTo = (to: string, args: object): Reply => ({
  text: `to ${to}`,
  calls: [{ tool: `hand_off_to_${to}`, args: args as never }],
});
const CALM: readonly Reply[] = [
  GOOD,
  { text: '{"n": 2, "speaker": "author", "reason": "x"}' },
  { text: '{"n": 3, "to": "STOP"}' },
  { text: "I'll pass this to critic." },
  { text: 'Over to you, editor.' },
  { text: '{"n": 4, "to": "I will hand this over to author."}' },
  ...[...ROLES, 'panel', 'nobody'].map(name => handTo(name, { brief: 'go', reply: JSON_REPLY })),
  handTo('critic', { brief: 'go' }),
  handTo('author', {}),
  handTo('critic', { brief: ' ', reply: 'words' }),
  { calls: [{ tool: 'hand_off_to_critic', malformed: '{"brief": ' }] },
  {
    calls: [
      { tool: 'kit.echo', args: { text: 'x' } },
      { tool: 'hand_off_to_', args: { brief: 'x' } },
    ],
  },
  { text: '{"n": 5' },
  { text: '{"n": 6', finish: 'length' },
  { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } },
];
const HOPELESS: readonly Reply[] = [
  { text: '' },
  { text: 'no', finish: 'content_filter' },
  { failure: { code: 'PROVIDER_AUTH', message: 'key' } },
];

/** Answers that depend on nothing but the call; where a speaker may hand over, every third does. */
export function randomSpeech(temper: 'calm' | 'wild', seed: number) {
  return ({ idempotencyKey, origin, tools }: ModelRequest): Reply => {
    const hash = hashOf(`${seed} ${idempotencyKey}`);
    const afterMs = hash % 17;
    if (idempotencyKey.endsWith('-3') || (temper === 'calm' && origin.turn > 2)) return { ...GOOD, afterMs };
    const offered = tools.filter(({ name }) => name.startsWith('hand_off_to_'));
    const legal = offered[hash % Math.max(1, offered.length)];
    if (legal !== undefined && hash % 3 === 0) {
      const isTyped = JSON.stringify(legal.inputSchema).includes('"reply"');
      const args = isTyped ? { brief: 'go', reply: JSON_REPLY } : { brief: 'go' };
      return { ...handTo(legal.name.slice('hand_off_to_'.length), args), afterMs };
    }
    const choices = temper === 'wild' && hash % 23 === 0 ? HOPELESS : CALM;
    return { ...(choices[hash % choices.length] ?? GOOD), afterMs };
  };
}

/** What is wrong with the turns of a run by the law of its conversations; empty when nothing is. */
export function illegalTurns(program: Program, events: readonly RunEvent[]): readonly string[] {
  const wrong: string[] = [];
  const last = new Map<string, string>();
  for (const event of events) {
    if (event.type !== 'turn.started') continue;
    const { phase, role, turn, closing } = event;
    const talk = talkAt(program, phase);
    const before = turn === 1 ? undefined : last.get(phase);
    if (closing === true) {
      if (role !== talk.by || before === '$closing' || turn === 1) wrong.push(`${phase}: ${role} closes`);
      last.set(phase, '$closing');
      continue;
    }
    if (turn > talk.maxTurns) wrong.push(`${phase}: turn ${turn}`);
    const isLegal =
      before === undefined
        ? role === talk.roles[0] && turn === 1
        : talk.transitions[before]?.includes(role) === true;
    if (!isLegal) wrong.push(`${phase}: ${before} to ${role}`);
    last.set(phase, role);
  }
  return wrong;
}

function talkAt({ phases }: Program, place: string): TalkWork {
  const [phase = '', part] = place.split('.');
  const work = phases[phase];
  if (work?.kind !== 'talk') throw new Error(`no conversation at ${place}`);
  const inner = part === undefined ? work : work.inner?.[part];
  if (inner === undefined) throw new Error(`no conversation at ${place}`);
  return inner;
}
