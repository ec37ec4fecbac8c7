import { approximateTokens } from '../../model/approximate-tokens.ts';
import type { Message, MessagePart } from '../../model/message.ts';

/** What the frame of a message, and of a call or result inside it, takes. */
const FRAME_TOKENS = 4;

const known = new WeakMap<Message, number>();

/** About how many tokens a message takes in a request. A message that was measured before is not measured again. Pure. */
export function messageTokens(message: Message): number {
  const measured = known.get(message);
  if (measured !== undefined) return measured;
  const tokens = message.parts.reduce((sum, part) => sum + partTokens(part), FRAME_TOKENS);
  known.set(message, tokens);
  return tokens;
}

function partTokens(part: MessagePart): number {
  if (part.type === 'text') return approximateTokens(part.text);
  if (part.type === 'tool-call') {
    const { tool, args, malformed } = part.call;
    return FRAME_TOKENS + approximateTokens(`${tool} ${malformed ?? JSON.stringify(args)}`);
  }
  const { tool, value } = part;
  return FRAME_TOKENS + approximateTokens(`${tool} ${JSON.stringify(value)}`);
}
