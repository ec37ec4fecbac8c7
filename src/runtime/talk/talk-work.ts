import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { TalkWork } from '../../model/crew.ts';
import { CrewError, ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { innerTalk } from '../../model/inner-talk.ts';
import type { JsonValue } from '../../model/json.ts';
import { withLessons } from '../../prompts/lessons.ts';
import { type BegunPart, failed, type PartOutcome, type Step } from '../step.ts';
import { decideTurns, isOfLoop, resumeTurns } from '../turns/turn-loop.ts';
import type { TurnLoop, TurnOutcome, TurnStep } from '../turns/turn-loop-state.ts';
import { valuesRead } from '../turns/values-read.ts';
import type { WorkContext } from '../work-context.ts';
import { choiceOf } from './selector-turn.ts';
import { passTurn } from './talk-moves.ts';
import { goOn, takeHandOff, takeReply, takeUnhanded, withReply } from './talk-replies.ts';
import type { TalkDoing, TalkState } from './talk-state.ts';
import { replyWords, threadOf } from './talk-thread.ts';
import { tokensOf } from './talk-tokens.ts';
import { startClosing, startReply } from './talk-turns.ts';

/**
 * Roles converse, as a decider.
 * 1. The statechart begins every turn; the decider only asks for it, and only for what `transitions` and `max_turns`
 *    allow. A model can name a next speaker, never make one.
 * 2. One thing is done at a time: a reply, the conversation inside that stands for a speaker, a model's choice of the
 *    next speaker, or the writing of the artifact.
 * 3. Every reply is kept once. A speaker is sent what it said and heard, and no more.
 * 4. Who should hand over with a tool and does not is asked once to do so; then the law decides.
 * 5. After each reply `until` is looked at before anybody is chosen.
 * Fails with what a turn fails with, and with TEMPLATE_FAILED. Pure.
 */
export function startTalk(work: TalkWork, context: WorkContext): Step<TalkState> {
  const task = withLessons(renderTemplate(work.task, context.scope), context);
  const values = valuesRead(work.task, context.scope);
  const reason = 'it opens the conversation';
  return { state: { kind: 'talk', work, task, values, said: [], tokens: 0, stale: 0, reason }, effects: [] };
}

/** Begins the turn of a participant, or the writing of the artifact, as the statechart says. Pure. */
export function beginTurn(
  state: TalkState,
  context: WorkContext,
  { name, closing = false }: BegunPart,
): Step<TalkState> {
  const { work, said, reason } = state;
  const { at, place: phase } = context;
  const started: Effect = {
    type: 'event.publish',
    event: {
      at,
      type: 'turn.started',
      phase,
      role: name,
      turn: said.length + 1,
      ...(closing ? { closing } : {}),
      reason,
    },
  };
  if (closing) {
    const { loop, effects } = startClosing(state, context);
    return { state: { ...state, now: { type: 'closing', loop } }, effects: [started, ...effects] };
  }
  if (innerTalk(work, name) !== undefined) {
    return { state: { ...state, now: { type: 'inside', speaker: name } }, effects: [started], open: [name] };
  }
  const { loop, effects } = startReply(state, context, name);
  return {
    state: { ...state, now: { type: 'replying', speaker: name, loop } },
    effects: [started, ...effects],
  };
}

/** Decides on a fact about one of the conversation's effects. Pure. */
export function decideTalk(state: TalkState, context: WorkContext, fact: Fact): Step<TalkState> {
  const loop = loopOf(state);
  if (!isOfLoop(loop, fact)) throw new Error(`a conversation cannot decide on ${fact.type}`);
  const counted = { ...state, tokens: state.tokens + tokensOf(fact, loop) };
  return takeTurn(counted, context, decideTurns(loop, context, fact));
}

/** Sends the call that a provider failed to answer again. Pure. */
export function resumeTalk(state: TalkState, context: WorkContext): Step<TalkState> {
  return takeTurn(state, context, resumeTurns(loopOf(state), context));
}

/** Takes the summary of a conversation inside this one as the reply of whom it stands for. Pure. */
export function takeSummary(
  state: TalkState,
  context: WorkContext,
  { name, outcome }: { readonly name: string; readonly outcome: PartOutcome },
): Step<TalkState> {
  if (outcome.type === 'failed') return failed(state, outcome.failure);
  const heard = withReply(state, { speaker: name, reply: outcome.artifact });
  return orFailed(heard, () => goOn(heard, context, replyWords(outcome.artifact)));
}

function loopOf({ now }: TalkState): TurnLoop {
  if (now === undefined || now.type === 'inside') throw new Error('the conversation waits for no model');
  return now.loop;
}

function takeTurn(state: TalkState, context: WorkContext, turn: TurnStep): Step<TalkState> {
  const { now } = state;
  if (now === undefined || now.type === 'inside') throw new Error('the conversation waits for no model');
  const next: TalkState = { ...state, now: { ...now, loop: turn.loop } };
  const { outcome } = turn;
  if (outcome === undefined) return { state: next, effects: turn.effects };
  const step = orFailed(next, () => takeOutcome(next, context, { ...now, loop: turn.loop }, outcome));
  return { ...step, effects: [...turn.effects, ...step.effects] };
}

function takeOutcome(
  state: TalkState,
  context: WorkContext,
  now: Exclude<TalkDoing, { type: 'inside' }>,
  outcome: TurnOutcome,
): Step<TalkState> {
  // What the world must mend first is no answer; the same call is made again when the run is resumed.
  if (outcome.type === 'failed' && ERROR_CODES[outcome.failure.code].exitCode === 3) {
    return failed(state, outcome.failure);
  }
  switch (now.type) {
    case 'choosing':
      return passTurn(state, context, choiceOf(state, outcome));
    case 'closing':
      if (outcome.type === 'failed') return failed(state, outcome.failure);
      if (outcome.type === 'ended') throw new Error('the artifact is written without hand-offs');
      return concluded(state, outcome.artifact);
    case 'replying':
      if (outcome.type === 'ended') return takeHandOff(state, context, now, outcome);
      if (outcome.type === 'delivered') return takeReply(state, context, now, outcome);
      if (now.first === undefined) return failed(state, outcome.failure);
      return takeUnhanded(state, context, now, [now.first.text]);
  }
}

/** What was said goes along with the artifact, so that later phases can hold one against the other. */
function concluded(state: TalkState, artifact: JsonValue): Step<TalkState> {
  return { state, effects: [], outcome: { type: 'completed', artifact, thread: threadOf(state.said) } };
}

/** A condition or a prompt that cannot be evaluated is the author's trouble, and the failure of the phase. */
function orFailed(state: TalkState, decide: () => Step<TalkState>): Step<TalkState> {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return failed(state, error.toFailure());
  }
}
