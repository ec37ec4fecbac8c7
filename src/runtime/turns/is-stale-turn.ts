import { canonicalJson } from '../../model/canonical-json.ts';
import type { JsonValue } from '../../model/json.ts';
import { type Message, messageToolCalls } from '../../model/message.ts';
import type { TurnCall } from './turn-loop-state.ts';

/** How often a call may be made with the same result before a turn of nothing else counts as stale. */
const REPEATS = 2;

/**
 * Whether a turn brought nothing new: each of its calls was made at least twice before with the same arguments and the
 * same result. `messages` is what was said before its results. Pure.
 */
export function isStaleTurn(messages: readonly Message[], calls: readonly TurnCall[]): boolean {
  const made = callsMade(messages, new Set(calls.map(({ call }) => call.tool)));
  return calls.every(({ call, result }) => {
    const args = canonicalJson(call.args);
    const alike = made.filter(each => each.tool === call.tool && each.args === args);
    if (alike.length < REPEATS) return false;
    // Results may be long, so they are compared last.
    const value = canonicalJson(result?.value ?? null);
    return alike.filter(each => canonicalJson(each.value) === value).length >= REPEATS;
  });
}

interface CallMade {
  readonly tool: string;
  readonly args: string;
  readonly value: JsonValue;
}

function callsMade(messages: readonly Message[], tools: ReadonlySet<string>): readonly CallMade[] {
  const args = new Map<string, string>();
  return messages.flatMap(message => {
    for (const call of messageToolCalls(message)) {
      if (tools.has(call.tool)) args.set(call.id, canonicalJson(call.args));
    }
    return message.parts.flatMap(part =>
      part.type === 'tool-result' && tools.has(part.tool)
        ? [{ tool: part.tool, args: args.get(part.callId) ?? '', value: part.value }]
        : [],
    );
  });
}
