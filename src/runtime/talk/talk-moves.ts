import type { Effect } from '../../model/effect.ts';
import type { Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';
import type { ChosenSpeaker } from './choose-speaker.ts';
import type { TalkOver } from './talk-ending.ts';
import { candidatesAfter, type Said, type TalkState } from './talk-state.ts';
import { hears, listenersOf, replyText } from './talk-thread.ts';

/** Asks the statechart to give the next turn to somebody who may have it; with a brief it is handed over. Pure. */
export function passTurn(
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

/** Asks the statechart to end the conversation, so that its artifact is written. Pure. */
export function closeTalk(
  state: TalkState,
  context: WorkContext,
  { reason, limited }: TalkOver,
): Step<TalkState> {
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

/** Tells what was said last and who hears it. Pure. */
export function messageSent({ work, said }: TalkState, { at, place: phase }: WorkContext): Effect {
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
