import type { Role, TalkWork } from '../../model/crew.ts';
import { innerTalk } from '../../model/inner-talk.ts';
import { MAX_HAND_OFF_TURNS, MAX_REPLY_TURNS } from '../../model/limits.ts';
import { type Message, textMessage } from '../../model/message.ts';
import { buildClosingPrompt } from '../../prompts/talk-closing.ts';
import { YOUR_TURN_AGAIN } from '../../prompts/talk-messages.ts';
import { buildTalkRules, type Participant } from '../../prompts/talk-rules.ts';
import { roleOf, startRoleTurns, toolsOf } from '../turns/role-turns.ts';
import type { TurnStep } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { handOffControls } from './hand-off-controls.ts';
import { candidatesAfter, type TalkState } from './talk-state.ts';
import { messagesFor, talkScope } from './talk-thread.ts';

/** Starts the turn in which a role gives the next reply, with what it has heard so far. Pure. */
export function startReply(state: TalkState, context: WorkContext, name: string): TurnStep {
  const { work, said } = state;
  const handOffTo = work.speaker === 'handoff' ? candidatesAfter(work, name) : undefined;
  const hasTools = toolsOf(context, roleOf(context, name)).length > 0;
  const task = {
    name: 'reply',
    role: name,
    maxTurns: hasTools ? MAX_REPLY_TURNS : MAX_HAND_OFF_TURNS,
    ...(work.reply === undefined ? {} : { output: work.reply }),
  };
  return startRoleTurns(
    {
      task,
      key: `${context.key}/reply-${said.length + 1}`,
      messages: [textMessage('user', state.task), ...toSpeak(messagesFor(work, said, name))],
      values: state.values,
      controls: handOffControls(handOffTo ?? [], work.reply),
      rules: buildTalkRules({
        self: name,
        participants: participantsOf(work, context.program.roles),
        ...(handOffTo === undefined ? {} : { handOffTo, isTyped: work.reply !== undefined }),
      }),
    },
    context,
  );
}

/** Starts the turn in which `by` writes the artifact; it sees all of the conversation that it heard. Pure. */
export function startClosing(state: TalkState, context: WorkContext): TurnStep {
  const { work, said } = state;
  const { by: role, name, output } = work;
  const task = { name, role, maxTurns: MAX_REPLY_TURNS, ...(output === undefined ? {} : { output }) };
  const { reply } = talkScope(state, role);
  const isTyped = reply !== null && typeof reply === 'object' && !Array.isArray(reply);
  return startRoleTurns(
    {
      task,
      key: `${context.key}/closing`,
      messages: [
        textMessage('user', state.task),
        ...messagesFor(work, said, role),
        textMessage('user', buildClosingPrompt(name)),
      ],
      values: isTyped ? { ...state.values, reply } : state.values,
      rules: buildTalkRules({ self: role, participants: participantsOf(work, context.program.roles) }),
    },
    context,
  );
}

/** Providers want the last message to be somebody else's. */
function toSpeak(messages: readonly Message[]): readonly Message[] {
  return messages.at(-1)?.from === 'assistant'
    ? [...messages, textMessage('user', YOUR_TURN_AGAIN)]
    : messages;
}

/** Who takes part, as the others know them. Pure. */
export function participantsOf(work: TalkWork, roles: readonly Role[]): readonly Participant[] {
  return work.roles.map(name => {
    const goal =
      innerTalk(work, name) === undefined ? roles.find(role => role.name === name)?.goal : undefined;
    return goal === undefined ? { name } : { name, goal };
  });
}
