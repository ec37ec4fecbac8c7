import type { CodedFailure } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { JsonValue } from '../../model/json.ts';
import { MAX_PROBLEM_LENGTH } from '../../model/limits.ts';
import { type Message, textMessage } from '../../model/message.ts';
import type { RunEvent } from '../../model/run-event.ts';
import { jobMessage } from '../../prompts/manage-job.ts';
import type { Step, StepMove } from '../step.ts';
import { askModel } from '../turns/model-turn.ts';
import { startRoleTurns } from '../turns/role-turns.ts';
import type { TurnLoop, TurnOutcome, TurnStep } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { type Job, type ManageState, type Thread, threadOf, withThread } from './manage-state.ts';

/** Takes the jobs off the queue whose workers are idle while there are places, and asks the statechart to begin them. Pure. */
export function handOver(
  state: ManageState,
  { path }: WorkContext,
): { readonly state: ManageState; readonly moves: readonly StepMove[] } {
  const { concurrency } = state.work;
  const working = [...state.working];
  const queue = state.queue.filter(job => {
    const isBusy = working.length >= concurrency || working.some(each => each.worker === job.worker);
    if (!isBusy) working.push(job);
    return isBusy;
  });
  const moves = working.slice(state.working.length).map(({ worker }, index) => ({
    type: `${path}.to.${worker}`,
    delegations: state.begun + index,
    working: state.working.length + index,
  }));
  return { state: { ...state, queue, working, begun: state.begun + moves.length }, moves };
}

/** Begins the job that was handed to a worker: in a conversation of its own, or where that one stopped. Pure. */
export function beginJob(state: ManageState, context: WorkContext, worker: string): Step<ManageState> {
  const job = state.working.find(each => each.worker === worker);
  const thread = job === undefined ? undefined : threadOf(state, job.number);
  if (job === undefined || thread === undefined) throw new Error(`nothing was handed to ${worker}`);
  const message = textMessage('user', jobMessage({ ...job, from: state.work.role }));
  const step =
    thread.loop === undefined
      ? startThread(state, context, { thread, message })
      : goOn(state, context, { loop: thread.loop, message });
  const turns = state.turns + 1;
  const { at, place: phase } = context;
  const reason = REASONS[job.how](job.number);
  const from = state.work.role;
  const effects = published([
    { at, type: 'work.handed', phase, how: job.how, from, to: worker, text: job.text },
    { at, type: 'turn.started', phase, role: worker, turn: turns, reason },
  ]);
  const next = withThread({ ...state, turns }, job.number, { loop: step.loop });
  return { state: next, effects: [...effects, ...step.effects] };
}

const REASONS = {
  delegation: number => `delegation ${number}`,
  question: number => `a question to conversation ${number}`,
  'sent-back': number => `delegation ${number} was sent back`,
} as const satisfies { readonly [How in Job['how']]: (number: number) => string };

function startThread(
  { work, values }: ManageState,
  context: WorkContext,
  { thread, message }: { readonly thread: Thread; readonly message: Message },
): TurnStep {
  const { worker: role, number } = thread;
  const task = { name: work.name, role, maxTurns: work.maxWorkerTurns };
  return startRoleTurns({ task, key: `${context.key}/work-${number}`, messages: [message], values }, context);
}

/** The turns go on counting, so that no key comes twice. */
function goOn(
  { work }: ManageState,
  context: WorkContext,
  { loop, message }: { readonly loop: TurnLoop; readonly message: Message },
): TurnStep {
  const task = { ...loop.task, maxTurns: loop.turn + work.maxWorkerTurns };
  const messages = [...loop.messages, message];
  return askModel({ ...loop, task, messages, failures: 0, repairs: 0, warned: false }, context);
}

/** A job that is done: the answer to the control, and what the statechart is to hear. */
interface EndedJob {
  readonly state: ManageState;
  readonly effects: readonly Effect[];
  readonly moves: readonly StepMove[];
  readonly answer: { readonly key: string; readonly value: JsonValue; readonly isError: boolean };
}

/** Takes a worker's result or failure back; its conversation is kept. Pure. */
export function endJob(
  state: ManageState,
  context: WorkContext,
  { job, outcome }: { readonly job: Job; readonly outcome: TurnOutcome },
): EndedJob {
  if (outcome.type === 'ended') throw new Error('a worker has no controls');
  const { how, worker, number, call } = job;
  const thread = threadOf(state, number);
  const text = outcome.type === 'failed' ? describe(outcome.failure) : outcome.text;
  const said = outcome.type === 'failed' ? [] : [textMessage('assistant', text)];
  const loop =
    thread?.loop === undefined
      ? {}
      : { loop: { ...thread.loop, messages: [...thread.loop.messages, ...said] } };
  const stands = outcome.type === 'failed' ? 'failed' : 'returned';
  const change = how === 'question' ? loop : { ...loop, stands: stands as Thread['stands'] };
  const working = state.working.filter(each => each !== job);
  const { at, place: phase, path } = context;
  const key = outcome.type === 'failed' ? 'error' : how === 'question' ? 'answer' : 'result';
  return {
    state: withThread({ ...state, working }, number, change),
    effects: published([
      { at, type: 'work.handed', phase, how: 'returned', from: worker, to: state.work.role, text },
    ]),
    moves: [{ type: `${path}.from.${worker}` }],
    answer: {
      key: call,
      value: { delegation: number, worker, [key]: text },
      isError: outcome.type === 'failed',
    },
  };
}

function describe({ code, message }: CodedFailure): string {
  return `${code}: ${message}`.slice(0, MAX_PROBLEM_LENGTH).toWellFormed();
}

function published(events: readonly RunEvent[]): readonly Effect[] {
  return events.map(event => ({ type: 'event.publish', event }));
}
