import type { BranchWork, ManageWork, ParallelWork, PhaseWork, TalkWork } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/** The part of a talk in which one role writes the artifact, or the summary of an inner one. */
const CLOSING_STATE = '$closing';

/**
 * Gives what stands inside a phase's state beside its ways out: regions for branches, and for a conversation or a
 * managed phase one state for each role that may act, with the moves that are legal between them.
 *
 * - `<phase>.to.<role>` hands over to a role; only where it is legal is it enabled. Guard `turns-left {phase, max}`
 *   reads `turns`, how many replies the visit had; without any left the artifact is written, after `turn.limit {phase}`.
 * - `<phase>.closed` ends a conversation: its `by` role writes the artifact in `$closing`.
 * - In a managed phase `<phase>.to.<worker>` starts an idle worker and `<phase>.from.<worker>` makes it idle again.
 *   Guard `delegations-left {phase, max, atOnce}` reads `delegations` and `working`, counts of the visit.
 * - A participant that is an inner conversation has the states of that one inside its own. They are the same with the
 *   path `<phase>.<participant>` in place of the phase: events `<phase>.<participant>.to.<role>` and
 *   `<phase>.<participant>.closed`, guard and actions with `phase: '<phase>.<participant>'`, and a `$closing`, in which
 *   its `by` role writes the summary. Entering it is `turn.start {phase: '<phase>', role: '<participant>'}` and then
 *   `turn.start {phase: '<phase>.<participant>', role: <its first role>}`; its `turns` are counted from there. The
 *   machine stays in the inner `$closing`: the summary is a reply, after which `<phase>.to.<role>` or `<phase>.closed`
 *   leaves the participant as it leaves any speaker, and `<phase>.to.<participant>` begins it anew where it is legal.
 * - Action `turn.start {phase, role}` begins the turn of a role; with `closing: true` it is to write the artifact or the
 *   summary.
 * - `<phase>.retried` sends all of it back to its beginning.
 *
 * Pure.
 */
export function insideOf(phase: PhaseWork): { readonly state: JsonObject; readonly on: JsonObject } {
  switch (phase.kind) {
    case 'parallel':
      return { state: { type: 'parallel', states: regions(phase) }, on: {} };
    case 'talk':
      return talkStates(phase);
    case 'manage':
      return { state: { type: 'parallel', states: managedRegions(phase) }, on: {} };
    case 'role':
    case 'ask':
    case 'chain':
    case 'each':
    case 'tool':
    case 'human':
    case 'crew':
      return { state: {}, on: {} };
  }
}

function regions({ name, branches }: ParallelWork): JsonObject {
  return Object.fromEntries(branches.map(branch => [branch.name, branchState(name, branch)]));
}

function branchState(phase: string, branch: BranchWork): JsonObject {
  const path = `${phase}.${branch.name}`;
  return {
    initial: 'working',
    on: { [`${phase}.retried`]: { target: '.working' } },
    states: {
      working: {
        entry: [{ type: 'phase.start', params: { phase: path } }],
        on: { [`${path}.completed`]: { target: 'completed' }, [`${path}.failed`]: { target: 'failed' } },
      },
      completed: {},
      failed: {},
    },
  };
}

function talkStates(talk: TalkWork): { readonly state: JsonObject; readonly on: JsonObject } {
  const state = conversation(talk, talk.name);
  const first = talk.roles[0] ?? talk.by;
  return { state, on: { [`${talk.name}.retried`]: { target: `.${first}` } } };
}

/** The states of a conversation; `path` stands before its events. */
function conversation(talk: TalkWork, path: string): JsonObject {
  const { roles, by } = talk;
  const speakers = roles.map(role => [role, speakerState(talk, path, role)] as const);
  const closing = { entry: [turnOf(path, by, { closing: true })] };
  return {
    initial: roles[0] ?? by,
    states: Object.fromEntries([...speakers, [CLOSING_STATE, closing]]),
  };
}

function speakerState(talk: TalkWork, path: string, role: string): JsonObject {
  const left = { type: 'turns-left', params: { phase: path, max: talk.maxTurns } };
  const limit = { target: CLOSING_STATE, actions: [{ type: 'turn.limit', params: { phase: path } }] };
  const moves = (talk.transitions[role] ?? []).map((next): [string, JsonValue] => [
    `${path}.to.${next}`,
    [{ guard: left, target: next, reenter: true }, limit],
  ]);
  const closed: [string, JsonValue] = [`${path}.closed`, { target: CLOSING_STATE }];
  const inner = innerTalk(talk, role);
  const inside = inner === undefined ? {} : conversation(inner, `${path}.${role}`);
  return { ...inside, entry: [turnOf(path, role)], on: Object.fromEntries([...moves, closed]) };
}

function turnOf(phase: string, role: string, more: JsonObject = {}): JsonObject {
  return { type: 'turn.start', params: { phase, role, ...more } };
}

function managedRegions({ name, role, workers, maxDelegations, concurrency }: ManageWork): JsonObject {
  const retried = `${name}.retried`;
  const acting = {
    initial: 'working',
    on: { [retried]: { target: '.working' } },
    states: { working: { entry: [turnOf(name, role)] } },
  };
  const params = { phase: name, max: maxDelegations, atOnce: concurrency };
  const open = { type: 'delegations-left', params };
  const rows = workers.map(worker => {
    const idle = { on: { [`${name}.to.${worker}`]: { guard: open, target: 'working' } } };
    const working = { entry: [turnOf(name, worker)], on: { [`${name}.from.${worker}`]: { target: 'idle' } } };
    return [
      worker,
      { initial: 'idle', on: { [retried]: { target: '.idle' } }, states: { idle, working } },
    ] as const;
  });
  return Object.fromEntries([[role, acting], ...rows]);
}
