import type { TalkWork } from '../../model/crew.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { type Message, textMessage } from '../../model/message.ts';
import { handedMessage, heardMessage, YOUR_TURN_AGAIN } from '../../prompts/talk-messages.ts';
import type { Said, TalkState } from './talk-state.ts';

/** A reply as models and people read it: text as it is, anything else as JSON. Pure. */
export function replyText(reply: JsonValue): string {
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}

/** All that a reply says in words: itself, or the strings inside it, one a line. Pure. */
export function replyWords(reply: JsonValue): string {
  if (typeof reply === 'string') return reply;
  if (reply === null || typeof reply !== 'object') return '';
  return Object.values(reply)
    .map(inside => replyWords(inside as JsonValue))
    .filter(words => words !== '')
    .join('\n');
}

/** Whether somebody who did not say it hears a reply. Pure. */
export function hears({ audience }: TalkWork, listener: string, { speaker, next }: Said): boolean {
  if (audience === 'shared') return true;
  if (audience === 'private') return next === listener;
  return Object.hasOwn(audience, speaker) ? audience[speaker]?.includes(listener) === true : true;
}

/** Those who hear a reply, in the order of the conversation; whoever writes the artifact may be one more. Pure. */
export function listenersOf(work: TalkWork, said: Said): readonly string[] {
  const others = [...new Set([...work.roles, work.by])].filter(name => name !== said.speaker);
  return others.filter(name => hears(work, name, said));
}

/**
 * The conversation as one of its participants heard it: own replies as the model's own messages, those of others as
 * messages to it with the speaker's name before them. It only ever grows at its end, so that providers can cache it. Two
 * own replies in a row have a message between them. Pure.
 */
export function messagesFor(work: TalkWork, said: readonly Said[], name: string): readonly Message[] {
  const messages: Message[] = [];
  for (const one of said) {
    if (one.speaker === name) {
      if (messages.at(-1)?.from === 'assistant') messages.push(textMessage('user', YOUR_TURN_AGAIN));
      messages.push(textMessage('assistant', replyText(one.reply)));
      continue;
    }
    const brief = one.next === name ? one.brief : undefined;
    if (hears(work, name, one)) messages.push(textMessage('user', heardBy(one, brief)));
    else if (brief !== undefined) messages.push(textMessage('user', handedMessage(one.speaker, brief)));
  }
  return messages;
}

function heardBy({ speaker, reply }: Said, brief: string | undefined): string {
  const heard = heardMessage(speaker, replyText(reply));
  return brief === undefined ? heard : `${heard}\n\n${handedMessage(speaker, brief)}`;
}

/** The bytes of messages as JSON: no tokenizer makes more tokens of them. Pure. */
export function messageBytes(messages: readonly Message[]): number {
  return new TextEncoder().encode(JSON.stringify(messages)).length;
}

/** All that was said, in order, as templates read it: a list of `{ speaker, reply, turn }`. Pure. */
export function threadOf(said: readonly Said[]): JsonValue {
  return said.map(inThread);
}

function inThread({ speaker, reply }: Said, index: number) {
  return { speaker, reply, turn: index + 1 };
}

/**
 * The names that templates read after a reply: `reply`, `speaker`, `turn` and `thread`, a list of `{ speaker, reply,
 * turn }`; null, 0 and empty before the first one. `listener` narrows them to what that participant heard or said. Pure.
 */
export function talkScope({ work, said }: TalkState, listener?: string): JsonObject {
  const heard = said.flatMap((one, index) => {
    const isHeard = listener === undefined || one.speaker === listener || hears(work, listener, one);
    return isHeard ? [inThread(one, index)] : [];
  });
  const last = heard.at(-1);
  return {
    reply: last?.reply ?? null,
    speaker: last?.speaker ?? null,
    turn: said.length,
    thread: heard,
  };
}
