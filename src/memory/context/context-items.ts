import { type Message, messageToolCalls } from '../../model/message.ts';
import type { ContextItem } from './decide-context.ts';
import { messageTokens } from './message-tokens.ts';

/** So many messages at the end always stay. */
const RECENT = 4;

/**
 * The messages of a conversation as `decideContext` looks at them. Pinned are what the system says, `task`, which is the first
 * thing that was asked where nobody says otherwise, the last thing that was asked, the last four messages, and calls that are not answered yet. A
 * message with calls and the results of these are one group. `summary` is the message that stands for earlier ones; `ratio`
 * is how many tokens the provider counts for one of ours. Pure.
 */
export function contextItems(
  messages: readonly Message[],
  known: {
    readonly task?: Message | undefined;
    readonly summary?: Message | undefined;
    readonly ratio?: number;
  },
): readonly ContextItem[] {
  const { task, summary, ratio = 1 } = known;
  const asked = messages.flatMap(({ from }, at) => (from === 'user' && messages[at] !== summary ? [at] : []));
  const groups = groupsOf(messages);
  return messages.map((message, at) => {
    const group = groups[at] ?? at;
    const shared = { tokens: Math.ceil(messageTokens(message) * ratio), group };
    if (message === summary) return { ...shared, isSummary: true };
    if (message.from === 'system') return { ...shared, pin: 'system' };
    if (task === undefined ? at === asked[0] : message === task) return { ...shared, pin: 'task' };
    if (isOpen(messages, at)) return { ...shared, pin: 'open calls' };
    if (at >= messages.length - RECENT || at === asked.at(-1)) return { ...shared, pin: 'recent' };
    return shared;
  });
}

/** By place, the place of the first message of its group. */
function groupsOf(messages: readonly Message[]): readonly number[] {
  let first = 0;
  return messages.map(({ from }, at) => {
    if (from !== 'tool') first = at;
    return first;
  });
}

function isOpen(messages: readonly Message[], at: number): boolean {
  const message = messages[at];
  if (message === undefined) return false;
  const calls = messageToolCalls(message).map(({ id }) => id);
  if (calls.length === 0) return false;
  const after = messages.slice(at + 1);
  const answered = new Set(
    after.flatMap(({ parts }) => parts.flatMap(part => (part.type === 'tool-result' ? [part.callId] : []))),
  );
  return calls.some(id => !answered.has(id));
}
