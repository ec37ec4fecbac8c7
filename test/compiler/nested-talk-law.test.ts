import { expect, test } from 'vitest';
import { createMachine, initialTransition, transition } from 'xstate';
import { insideOf } from '../../src/compiler/phase-states.ts';
import type { TalkWork } from '../../src/model/crew.ts';
import { innerTalk } from '../../src/model/inner-talk.ts';
import { fc } from '../laws.ts';

/** Names that objects have of themselves are names of roles like any other. */
const NAMES = ['a', 'b', 'constructor', 'closed'];

function talkOf(name: string, roles: readonly string[], targets: readonly number[][]): TalkWork {
  const rows = roles.map((role, index) => {
    const picked = (targets[index] ?? []).flatMap(pick => roles[pick % roles.length] ?? []);
    return [role, [...new Set(picked)]] as const;
  });
  const transitions = Object.fromEntries(rows);
  const rest = { until: [], rules: [], audience: 'shared', speaker: 'handoff' } as const;
  return { kind: 'talk', name, roles, task: 'Talk', transitions, maxTurns: 3, by: 'editor', ...rest };
}

const targets = fc.array(fc.array(fc.nat(3), { maxLength: 3 }), { minLength: 4, maxLength: 4 });
const talk = fc.tuple(targets, targets, fc.nat(3)).map(([outer, inside, place]): TalkWork => {
  const panel = NAMES[place] ?? 'a';
  return { ...talkOf('it', NAMES, outer), inner: { [panel]: talkOf(panel, NAMES.slice(0, 2), inside) } };
});

const event = fc.record({
  type: fc.constantFrom(
    'it.closed',
    'it.retried',
    ...NAMES.map(name => `it.to.${name}`),
    ...NAMES.flatMap(panel => [`it.${panel}.closed`, ...NAMES.map(name => `it.${panel}.to.${name}`)]),
  ),
  turns: fc.record({ it: fc.nat(4), inside: fc.nat(4) }),
});
type Move = typeof event extends fc.Arbitrary<infer Kind> ? Kind : never;

/** Who acts: a speaker of the conversation, and a speaker of the one inside it when that is who speaks. */
type Place = readonly [outer: string, inside?: string];

function enter(work: TalkWork, who: string): Place {
  const inner = innerTalk(work, who);
  return inner === undefined ? [who] : [who, inner.roles[0] ?? ''];
}

/** One conversation's own law, written down once more: who is next after `who`, if anything changes. */
function next(work: TalkWork, who: string, step: string, turns: number): string | undefined {
  if (who === '$closing') return undefined;
  if (step === 'closed') return '$closing';
  const to = step.startsWith('to.') ? step.slice(3) : '';
  if (!(work.transitions[who] ?? []).includes(to)) return undefined;
  return turns < work.maxTurns ? to : '$closing';
}

function move(work: TalkWork, place: Place, { type, turns }: Move): Place {
  const [outer, inside] = place;
  if (type === 'it.retried') return enter(work, work.roles[0] ?? '');
  const step = type.slice('it.'.length);
  const inner = innerTalk(work, outer);
  if (inner !== undefined && inside !== undefined && step.startsWith(`${outer}.`)) {
    const who = next(inner, inside, step.slice(outer.length + 1), turns.inside);
    if (who !== undefined) return [outer, who];
  }
  const who = next(work, outer, step, turns.it);
  return who === undefined ? place : enter(work, who);
}

test('whatever is raised, only the moves of the conversation that speaks change who acts', () => {
  const seen = { inside: 0, closedInside: 0, left: 0 };
  fc.assert(
    fc.property(talk, fc.array(event, { maxLength: 40 }), (work, events) => {
      const { state, on } = insideOf(work);
      const config = JSON.parse(JSON.stringify({ initial: 'it', states: { it: { ...state, on } } }));
      const panel = Object.keys(work.inner ?? {})[0] ?? '';
      const left = (
        args: { event: { turns?: Move['turns'] } },
        params: { phase: string; max: number },
      ): boolean => (args.event.turns?.[params.phase === 'it' ? 'it' : 'inside'] ?? 0) < params.max;
      const machine = createMachine(config, { guards: { 'turns-left': left as never } });
      let [snapshot] = initialTransition(machine);
      let place = enter(work, work.roles[0] ?? '');
      for (const one of events) {
        [snapshot] = transition(machine, snapshot, one as never);
        const before = place;
        place = move(work, place, one);
        const [outer, inside] = place;
        expect(snapshot.value).toEqual({ it: inside === undefined ? outer : { [outer]: inside } });
        if (inside !== undefined) seen.inside += 1;
        if (inside === '$closing') seen.closedInside += 1;
        if (before[0] === panel && outer !== panel) seen.left += 1;
      }
    }),
    { numRuns: 500 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});
