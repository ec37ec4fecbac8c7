import { renderTemplate } from '../expressions/template-evaluate.ts';
import { validateValue } from '../expressions/validate-value.ts';
import type { TalkWork } from '../model/crew.ts';
import { type CodedFailure, CrewError, ERROR_CODES } from '../model/crew-error.ts';
import type { Effect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import { innerTalk } from '../model/inner-talk.ts';
import type { JsonValue } from '../model/json.ts';
import { MAX_REPAIRS } from '../model/limits.ts';
import { textMessage } from '../model/message.ts';
import { withLessons } from '../prompts/lessons.ts';
import { buildHandOffPrompt } from '../prompts/talk-hand-off.ts';
import { type ChosenSpeaker, chooseSpeaker, firstCandidate } from './choose-speaker.ts';
import { findSaidHandOff } from './find-said-hand-off.ts';
import { handOffTarget } from './hand-off-controls.ts';
import { askForRepair } from './model-turn.ts';
import { saysNothingNew } from './says-nothing-new.ts';
import { choiceOf, startChoice } from './selector-turn.ts';
import { type BegunPart, completed, failed, type PartOutcome, type Step } from './step.ts';
import { findEnding, type TalkOver } from './talk-ending.ts';
import { candidatesAfter, type Said, type TalkDoing, type TalkState } from './talk-state.ts';
import { hears, listenersOf, replyText, replyWords } from './talk-thread.ts';
import { tokensOf } from './talk-tokens.ts';
import { startClosing, startReply } from './talk-turns.ts';
import { decideTurns, isOfLoop, resumeTurns } from './turn-loop.ts';
import type { TurnLoop, TurnOutcome, TurnStep } from './turn-loop-state.ts';
import { valuesRead } from './values-read.ts';
import type { WorkContext } from './work-context.ts';

type Replying = Extract<TalkDoing, { type: 'replying' }>;
type Ended = Extract<TurnOutcome, { type: 'ended' }>;
type Delivered = Extract<TurnOutcome, { type: 'delivered' }>;

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
  const task = withLessons(renderTemplate(work.task, context.scope), context.lessons);
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
      return pass(state, context, choiceOf(state, outcome));
    case 'closing':
      if (outcome.type === 'failed') return failed(state, outcome.failure);
      if (outcome.type === 'ended') throw new Error('the artifact is written without hand-offs');
      return completed(state, outcome.artifact);
    case 'replying':
      if (outcome.type === 'ended') return takeHandOff(state, context, now, outcome);
      if (outcome.type === 'delivered') return takeReply(state, context, now, outcome);
      if (now.first === undefined) return failed(state, outcome.failure);
      return takeUnhanded(state, context, now, [now.first.text]);
  }
}

/** A call of a hand-off tool: with what was said beside it, the brief is the reply, unless replies are typed. */
function takeHandOff(
  state: TalkState,
  context: WorkContext,
  { speaker, first }: Replying,
  { call, text }: Ended,
): Step<TalkState> {
  const { work } = state;
  const brief = String(call.args.brief);
  const reply = work.reply === undefined ? joined(first?.text ?? text, brief) : (call.args.reply ?? null);
  const problem = misfitOf(work, reply);
  if (problem !== undefined) return failed(state, problem);
  const heard = withReply(state, { speaker, reply });
  const over = findEnding(heard, context);
  if (over !== undefined) return close(heard, context, over);
  const to = handOffTarget(call.tool);
  return pass(heard, context, { to, reason: `\`${speaker}\` handed over`, brief });
}

/** A reply without a call of a hand-off tool. */
function takeReply(
  state: TalkState,
  context: WorkContext,
  now: Replying,
  { artifact, text }: Delivered,
): Step<TalkState> {
  if (now.first !== undefined) return takeUnhanded(state, context, now, [text, now.first.text]);
  const heard = withReply(state, { speaker: now.speaker, reply: artifact });
  const over = findEnding(heard, context);
  if (over !== undefined) return close(heard, context, over);
  if (state.work.speaker === 'handoff') {
    const corrected = askForHandOff(state, context, now, { reply: artifact, text });
    if (corrected !== undefined) return corrected;
  }
  return goOn(heard, context, text);
}

/** Asks once for the tool where the hand-off was only said, or where it is not clear who speaks next. */
function askForHandOff(
  state: TalkState,
  context: WorkContext,
  now: Replying,
  first: { readonly reply: JsonValue; readonly text: string },
): Step<TalkState> | undefined {
  const { work } = state;
  const candidates = candidatesAfter(work, now.speaker);
  const said = findSaidHandOff(first.text, othersOf(work, now.speaker));
  if (now.loop.repairs >= MAX_REPAIRS || (said === undefined && candidates.length === 1)) return undefined;
  const prompt = buildHandOffPrompt({
    candidates,
    isTyped: work.reply !== undefined,
    ...(said === undefined ? {} : { said }),
  });
  const message =
    said === undefined
      ? `\`${now.speaker}\` did not say who speaks next`
      : `\`${now.speaker}\` only said that it hands over to \`${said}\``;
  const { loop, effects } = askForRepair(now.loop, context, {
    answer: textMessage('assistant', first.text),
    failure: { code: 'OUTPUT_INVALID', message },
    prompt,
  });
  return { state: { ...state, now: { ...now, loop, first } }, effects };
}

/** Even when asked it did not hand over, so its first answer stands and the law decides. */
function takeUnhanded(
  state: TalkState,
  context: WorkContext,
  { speaker, first }: Replying,
  texts: readonly string[],
): Step<TalkState> {
  const heard = withReply(state, { speaker, reply: first?.reply ?? '' });
  const over = findEnding(heard, context);
  if (over !== undefined) return close(heard, context, over);
  return pass(heard, context, unhandedTo(heard, texts));
}

/** Goes on after a reply that names nobody with a tool: chooses, or has a model choose. */
function goOn(state: TalkState, context: WorkContext, text: string): Step<TalkState> {
  const over = findEnding(state, context);
  if (over !== undefined) return close(state, context, over);
  if (state.work.speaker === 'handoff') return pass(state, context, unhandedTo(state, [text]));
  const { speaker = '' } = state.said.at(-1) ?? {};
  const candidates = candidatesAfter(state.work, speaker);
  if (state.work.speaker !== 'selector') return pass(state, context, chooseSpeaker(state, context));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    return pass(state, context, { to: only, reason: `nobody else may speak after \`${speaker}\`` });
  }
  const { loop, effects } = startChoice(state, context);
  const said = state.work.audience === 'private' ? [] : [messageSent(state, context)];
  return { state: { ...state, now: { type: 'choosing', loop } }, effects: [...said, ...effects] };
}

function unhandedTo(state: TalkState, texts: readonly string[]): ChosenSpeaker {
  const { speaker = '' } = state.said.at(-1) ?? {};
  const candidates = candidatesAfter(state.work, speaker);
  const said = texts.map(text => findSaidHandOff(text, candidates)).find(name => name !== undefined);
  if (said === undefined || candidates.length === 1) {
    return firstCandidate(state, `\`${speaker}\` did not hand over`);
  }
  return { to: said, reason: `\`${speaker}\` only said that it hands over to \`${said}\`` };
}

/** Gives the next turn to somebody. */
function pass(
  state: TalkState,
  context: WorkContext,
  { to, reason, brief }: ChosenSpeaker & { readonly brief?: string },
): Step<TalkState> {
  const { at, place: phase } = context;
  const { speaker: from = '' } = state.said.at(-1) ?? {};
  const settled = settle(state, context, { next: to, ...(brief === undefined ? {} : { brief }) });
  const handed: Effect[] =
    brief === undefined
      ? []
      : [
          {
            type: 'event.publish',
            event: { at, type: 'work.handed', phase, how: 'hand-off', from, to, text: brief },
          },
        ];
  return {
    state: { ...settled.state, reason },
    effects: [...settled.effects, ...handed],
    moves: [{ type: `${context.path}.to.${to}`, turns: state.said.length }],
  };
}

/** Ends the conversation, so that its artifact is written. */
function close(state: TalkState, context: WorkContext, { reason, limited }: TalkOver): Step<TalkState> {
  const { work, said } = state;
  const settled = settle(state, context, { next: work.by });
  const [first] = candidatesAfter(work, said.at(-1)?.speaker ?? '');
  const type = limited && first !== undefined ? `${context.path}.to.${first}` : `${context.path}.closed`;
  return { ...settled, state: { ...settled.state, reason }, moves: [{ type, turns: said.length }] };
}

/** Notes who comes after the last reply, and tells who heard it unless that was told before the choice. */
function settle(
  state: TalkState,
  context: WorkContext,
  { next, brief }: { readonly next: string; readonly brief?: string },
): Step<TalkState> {
  const { work, said, now, ...rest } = state;
  const last = said.at(-1);
  if (last === undefined) throw new Error('nothing was said');
  const known = { ...last, next };
  const isTold = work.reply === undefined && hears(work, next, known);
  const ended: Said = brief === undefined || isTold ? known : { ...known, brief };
  const settled: TalkState = { ...rest, work, said: [...said.slice(0, -1), ended] };
  const wasTold = now?.type === 'choosing' && work.audience !== 'private';
  return { state: settled, effects: wasTold ? [] : [messageSent(settled, context)] };
}

function messageSent({ work, said }: TalkState, { at, place: phase }: WorkContext): Effect {
  const last = said.at(-1);
  if (last === undefined) throw new Error('nothing was said');
  const { speaker: from, reply } = last;
  const text = replyText(reply);
  const event = {
    at,
    type: 'message.sent',
    phase,
    from,
    to: listenersOf(work, last),
    turn: said.length,
    text,
  } as const;
  return { type: 'event.publish', event };
}

function withReply(state: TalkState, reply: Said): TalkState {
  const { now: _done, ...rest } = state;
  const isCounted = state.work.until.some(ending => ending.noProgressTurns !== undefined);
  const isStale =
    isCounted &&
    saysNothingNew(
      reply.reply,
      state.said.map(said => said.reply),
    );
  return { ...rest, said: [...state.said, reply], stale: isStale ? state.stale + 1 : 0 };
}

/** A typed reply of a hand-off is held against its own schema, whatever could be said of it to the model. */
function misfitOf({ reply: schema, name }: TalkWork, reply: JsonValue): CodedFailure | undefined {
  if (schema === undefined || validateValue(schema, reply).length === 0) return undefined;
  return { code: 'OUTPUT_INVALID', message: `a reply of \`${name}\` does not fit its schema` };
}

function othersOf(work: TalkWork, speaker: string): readonly string[] {
  return work.roles.filter(name => name !== speaker);
}

function joined(text: string, brief: string): string {
  return text.trim() === '' ? brief : `${text.trimEnd()}\n\n${brief}`;
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
