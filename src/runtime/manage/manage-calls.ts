import type { CodedFailure } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { JsonValue } from '../../model/json.ts';
import type { ManageControl } from '../../prompts/manage-controls.ts';
import { transcriptText } from '../../prompts/manage-transcript.ts';
import { refusedEvents } from '../turns/tool-turn.ts';
import type { TurnCall } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { type Job, type ManageState, type Thread, threadOf, withThread } from './manage-state.ts';

/** An answer to a control that needs no worker. */
interface ControlAnswer {
  readonly key: string;
  readonly value: JsonValue;
  readonly isError?: boolean;
}

/** What came of the controls of one turn: what is answered at once, and a queue with the rest. */
interface TakenControls {
  readonly state: ManageState;
  readonly effects: readonly Effect[];
  readonly answers: readonly ControlAnswer[];
}

/** What one control comes to: its answer, why it cannot be, or a job for a worker. */
type Verdict =
  | { readonly answer: JsonValue; readonly state?: ManageState; readonly effects?: readonly Effect[] }
  | { readonly refusal: CodedFailure }
  | { readonly job: Job; readonly state: ManageState };

/**
 * Takes the controls that the one who manages called in one turn, in order. Their arguments fit their schemas; what they
 * name may still not be there. Pure.
 */
export function takeControls(
  state: ManageState,
  context: WorkContext,
  asked: readonly TurnCall[],
): TakenControls {
  return asked.reduce<TakenControls>((before, call) => takeControl(before, context, call), {
    state,
    effects: [],
    answers: [],
  });
}

function takeControl(before: TakenControls, context: WorkContext, { key, call }: TurnCall): TakenControls {
  const { state, effects, answers } = before;
  const control = CONTROLS[call.tool as ManageControl];
  const verdict = control({ state, context, key, args: call.args as unknown as ControlArguments });
  if ('job' in verdict) {
    const next = { ...verdict.state, asked: state.asked + 1, queue: [...state.queue, verdict.job] };
    return { state: next, effects, answers };
  }
  if ('refusal' in verdict) {
    const { refusal } = verdict;
    const refused = refusedEvents(context, { key, call, role: state.work.role, failure: refusal });
    const answer = { key, value: { error: refusal.message }, isError: true };
    return { state, effects: [...effects, ...refused], answers: [...answers, answer] };
  }
  return {
    state: verdict.state ?? state,
    effects: [...effects, ...(verdict.effects ?? [])],
    answers: [...answers, { key, value: verdict.answer }],
  };
}

/** The arguments of all controls; each has those of its schema. */
interface ControlArguments {
  readonly role: string;
  readonly task: string;
  readonly expected: string;
  readonly question: string;
  readonly delegation: number;
  readonly reason: string;
}

interface Request {
  readonly state: ManageState;
  readonly context: WorkContext;
  readonly key: string;
  readonly args: ControlArguments;
}

const CONTROLS: { readonly [Name in ManageControl]: (request: Request) => Verdict } = {
  delegate: ({ state, key, args: { role, task, expected } }) => {
    const number = state.threads.length + 1;
    const thread: Thread = { number, worker: role, task, stands: 'open' };
    const job: Job = { how: 'delegation', worker: role, number, text: task, expected, call: key };
    return isUsedUp(state) ?? { job, state: { ...state, threads: [...state.threads, thread] } };
  },
  ask: ({ state, key, args: { role, question } }) => {
    const latest = state.threads.findLast(each => each.worker === role);
    const thread: Thread = latest ?? { number: state.threads.length + 1, worker: role, stands: 'open' };
    const threads = latest === undefined ? [...state.threads, thread] : state.threads;
    const { number } = thread;
    const job: Job = { how: 'question', worker: role, number, text: question, call: key };
    return isUsedUp(state) ?? { job, state: { ...state, threads } };
  },
  send_back: ({ state, key, args: { delegation, reason } }) => {
    const thread = delegated(state, delegation);
    if ('refusal' in thread) return thread;
    const { worker, number } = thread;
    const job: Job = { how: 'sent-back', worker, number, text: reason, call: key };
    return isUsedUp(state) ?? { job, state: withThread(state, number, { stands: 'open' }) };
  },
  accept: ({ state, context, args: { delegation } }) => {
    const thread = delegated(state, delegation);
    if ('refusal' in thread) return thread;
    if (thread.stands === 'failed') {
      return refuse(`delegation ${delegation} failed, so there is nothing to accept`);
    }
    const { at, place: phase } = context;
    const handed = { how: 'accepted', from: state.work.role, to: thread.worker } as const;
    const event = { at, type: 'work.handed', phase, ...handed, text: `delegation ${delegation}` } as const;
    return {
      answer: { delegation, accepted: true },
      state: withThread(state, delegation, { stands: 'accepted' }),
      effects: [{ type: 'event.publish', event }],
    };
  },
  transcript: ({ state, args: { delegation } }) => {
    const loop = threadOf(state, delegation)?.loop;
    return loop === undefined ? unknown(state, delegation) : { answer: transcriptText(loop.messages) };
  },
};

/** A delegation that has come back and was not accepted yet. */
function delegated(state: ManageState, number: number): Thread | { readonly refusal: CodedFailure } {
  const thread = threadOf(state, number);
  if (thread === undefined) return unknown(state, number);
  if (thread.task === undefined) return refuse(`${number} was a question, so there is no work in it`);
  if (thread.stands === 'open') return refuse(`delegation ${number} is not done yet`);
  if (thread.stands === 'accepted') return refuse(`delegation ${number} is accepted already`);
  return thread;
}

function unknown(state: ManageState, number: number): { readonly refusal: CodedFailure } {
  const known = state.threads.flatMap(each => (each.loop === undefined ? [] : [each.number]));
  return refuse(`there is no delegation ${number}; there are: ${known.join(', ') || 'none'}`);
}

function refuse(message: string): { readonly refusal: CodedFailure } {
  return { refusal: { code: 'TOOL_ARGUMENTS', message } };
}

function isUsedUp({ asked, work }: ManageState): { readonly refusal: CodedFailure } | undefined {
  if (asked < work.maxDelegations) return undefined;
  const message = `nothing more can be delegated, asked or sent back: ${work.maxDelegations} times is the most in this phase; deliver the artifact with what you have`;
  return { refusal: { code: 'TOOL_FAILED', message } };
}
