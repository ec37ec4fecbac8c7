import { approximateTokens } from '../../model/approximate-tokens.ts';
import { cutToTokens } from '../../model/cut-to-tokens.ts';
import type { Message } from '../../model/message.ts';

/** A message that is cut further says nothing any more. */
const LEAST_TOKENS = 12;

/**
 * Messages as material for whoever sums them up: one JSON value a line, long texts cut evenly so that all together take at
 * most about so many tokens. Undefined when that is not possible. Pure.
 */
export function transcriptOf(messages: readonly Message[], maxTokens: number): string | undefined {
  for (let each = maxTokens; each >= LEAST_TOKENS; each = Math.floor(each / 2)) {
    const lines = messages.flatMap(message => linesOf(message, each));
    const text = lines.map(line => JSON.stringify(line)).join('\n');
    if (approximateTokens(text) <= maxTokens) return text;
  }
  return undefined;
}

function linesOf({ from, parts }: Message, maxTokens: number): readonly object[] {
  return parts.map(part => {
    if (part.type === 'text') return { [from]: cutToTokens(part.text, maxTokens) };
    if (part.type === 'tool-call') {
      const { tool, args, malformed } = part.call;
      return { call: tool, with: cutToTokens(malformed ?? JSON.stringify(args), maxTokens) };
    }
    const { tool, value, isError } = part;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return { [isError ? 'failed' : 'result']: tool, text: cutToTokens(text, maxTokens) };
  });
}
