import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { JsonObject } from '../../model/json.ts';
import { buildSelectorPrompt } from '../../prompts/talk-selector.ts';
import { decisionsOf } from '../remember/reminders.ts';
import { modelKey } from '../turns/model-key.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import type { TurnOutcome, TurnStep } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { type ChosenSpeaker, firstCandidate } from './choose-speaker.ts';
import { candidatesAfter, type TalkState } from './talk-state.ts';
import { replyText, talkScope } from './talk-thread.ts';
import { participantsOf } from './talk-turns.ts';

/** As whom a model chooses the next speaker, in events and scripts. */
const SELECTOR = 'selector';
/** How much of a model's reason is kept, in characters. */
const MAX_REASON_LENGTH = 500;

/** Asks the model that chooses who speaks next; it sees all that was said. Fails with TEMPLATE_FAILED. Pure. */
export function startChoice(state: TalkState, context: WorkContext): Pick<TurnStep, 'loop' | 'effects'> {
  const { work, said, task, values } = state;
  const { selector } = work;
  if (selector === undefined) throw new Error(`conversation ${work.name} has no selector`);
  const speaker = said.at(-1)?.speaker ?? '';
  const candidates = candidatesAfter(work, speaker);
  const thread = said.map(one => ({ speaker: one.speaker, text: replyText(one.reply) }));
  const participants = participantsOf(work, context.program.roles);
  const prompt =
    selector.prompt === undefined
      ? buildSelectorPrompt({ task, participants, thread, candidates, decisions: decisionsOf(context) })
      : renderTemplate(selector.prompt, { ...context.scope, ...talkScope(state), candidates });
  return startSingleTurn(
    {
      name: 'next_speaker',
      speaker: SELECTOR,
      model: modelKey(context, selector.model),
      key: `${context.key}/choose-${said.length + 1}`,
      prompt,
      values,
      output: choiceSchema(candidates),
    },
    context,
  );
}

/** Whom the model chose and why; the first who may speak when its answer cannot be used. Pure. */
export function choiceOf(state: TalkState, outcome: TurnOutcome): ChosenSpeaker {
  if (outcome.type === 'ended') throw new Error('a choice is made without controls');
  if (outcome.type === 'failed') {
    return firstCandidate(state, `the selector gave no choice that can be used (${outcome.failure.code})`);
  }
  const { speaker, reason } = outcome.artifact as JsonObject;
  return { to: String(speaker), reason: String(reason).slice(0, MAX_REASON_LENGTH).toWellFormed() };
}

const schemas = new WeakMap<readonly string[], JsonObject>();

/** Equal lists of the program give the same schema object, which is compiled once. */
function choiceSchema(candidates: readonly string[]): JsonObject {
  const known = schemas.get(candidates);
  if (known !== undefined) return known;
  const schema: JsonObject = {
    type: 'object',
    additionalProperties: false,
    required: ['speaker', 'reason'],
    properties: {
      speaker: { enum: candidates, description: 'Who speaks next.' },
      reason: { type: 'string', description: 'Why, in one short sentence.' },
    },
  };
  schemas.set(candidates, schema);
  return schema;
}
