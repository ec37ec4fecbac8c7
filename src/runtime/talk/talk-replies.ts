import { validateValue } from '../../expressions/validate-value.ts';
import type { TalkWork } from '../../model/crew.ts';
import type { CodedFailure } from '../../model/crew-error.ts';
import type { JsonValue } from '../../model/json.ts';
import { MAX_REPAIRS } from '../../model/limits.ts';
import { textMessage } from '../../model/message.ts';
import { buildHandOffPrompt } from '../../prompts/talk-hand-off.ts';
import { failed, type Step } from '../step.ts';
import { askForRepair } from '../turns/model-turn.ts';
import type { TurnOutcome } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { type ChosenSpeaker, chooseSpeaker, firstCandidate } from './choose-speaker.ts';
import { findSaidHandOff } from './find-said-hand-off.ts';
import { handOffTarget } from './hand-off-controls.ts';
import { saysNothingNew } from './says-nothing-new.ts';
import { startChoice } from './selector-turn.ts';
import { findEnding } from './talk-ending.ts';
import { closeTalk, messageSent, passTurn } from './talk-moves.ts';
import { candidatesAfter, type Said, type TalkDoing, type TalkState } from './talk-state.ts';

type Replying = Extract<TalkDoing, { type: 'replying' }>;
type Ended = Extract<TurnOutcome, { type: 'ended' }>;
type Delivered = Extract<TurnOutcome, { type: 'delivered' }>;

/** The conversation with one more reply; nothing is done now. Pure. */
export function withReply(state: TalkState, reply: Said): TalkState {
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

/** A call of a hand-off tool: with what was said beside it, the brief is the reply, unless replies are typed. Pure. */
export function takeHandOff(
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
  if (over !== undefined) return closeTalk(heard, context, over);
  const to = handOffTarget(call.tool);
  return passTurn(heard, context, { to, reason: `\`${speaker}\` handed over`, brief });
}

/** Takes a reply that came without a call of a hand-off tool. Pure. */
export function takeReply(
  state: TalkState,
  context: WorkContext,
  now: Replying,
  { artifact, text }: Delivered,
): Step<TalkState> {
  if (now.first !== undefined) return takeUnhanded(state, context, now, [text, now.first.text]);
  const heard = withReply(state, { speaker: now.speaker, reply: artifact });
  const over = findEnding(heard, context);
  if (over !== undefined) return closeTalk(heard, context, over);
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
  const problem =
    said === undefined ? 'did not say who speaks next' : `only said that it hands over to \`${said}\``;
  const message = `${problem}; asked to hand over with the tool`;
  const { loop, effects } = askForRepair(now.loop, context, {
    answer: textMessage('assistant', first.text),
    failure: { code: 'OUTPUT_INVALID', message },
    prompt,
  });
  return { state: { ...state, now: { ...now, loop, first } }, effects };
}

/** Even when asked it did not hand over, so its first answer stands and the law decides. Pure. */
export function takeUnhanded(
  state: TalkState,
  context: WorkContext,
  { speaker, first }: Replying,
  texts: readonly string[],
): Step<TalkState> {
  const heard = withReply(state, { speaker, reply: first?.reply ?? '' });
  const over = findEnding(heard, context);
  if (over !== undefined) return closeTalk(heard, context, over);
  return passTurn(heard, context, unhandedTo(heard, texts));
}

/** Goes on after a reply that names nobody with a tool: chooses, or has a model choose. Pure. */
export function goOn(state: TalkState, context: WorkContext, text: string): Step<TalkState> {
  const over = findEnding(state, context);
  if (over !== undefined) return closeTalk(state, context, over);
  if (state.work.speaker === 'handoff') return passTurn(state, context, unhandedTo(state, [text]));
  const { speaker = '' } = state.said.at(-1) ?? {};
  const candidates = candidatesAfter(state.work, speaker);
  if (state.work.speaker !== 'selector') return passTurn(state, context, chooseSpeaker(state, context));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    return passTurn(state, context, { to: only, reason: `nobody else may speak after \`${speaker}\`` });
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
