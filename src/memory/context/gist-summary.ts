import { approximateTokens } from '../../model/approximate-tokens.ts';
import { cutToTokens } from '../../model/cut-to-tokens.ts';
import { type Message, messageText, messageToolCalls } from '../../model/message.ts';
import { gistOf } from '../note-gist.ts';

const LONGEST_ARGUMENTS = 80;
/** Of a summary that is made by rule, so much is what an earlier one said. */
const EARLIER_SHARE = 0.5;

/**
 * What evicted messages said, without any model: the gist of each in a line, after what an earlier summary said. Takes at most
 * about so many tokens; of what does not fit, the oldest goes first. Pure.
 */
export function gistSummary(
  evicted: readonly Message[],
  { earlier = '', maxTokens }: { readonly earlier?: string; readonly maxTokens: number },
): string {
  const before = cutToTokens(earlier.trim(), Math.floor(maxTokens * EARLIER_SHARE));
  let left = maxTokens - approximateTokens(before);
  const kept: string[] = [];
  for (const line of evicted.flatMap(linesOf).toReversed()) {
    const tokens = approximateTokens(line) + 1;
    if (tokens > left) break;
    left -= tokens;
    kept.unshift(line);
  }
  return [before, ...kept].filter(line => line !== '').join('\n');
}

function linesOf(message: Message): readonly string[] {
  const { from, parts } = message;
  if (from === 'tool') {
    return parts.flatMap(part =>
      part.type === 'tool-result'
        ? [
            `- ${part.tool} ${part.isError ? 'failed' : 'gave'}: ${gistOf(textOf(part.value)) || 'nothing to tell'}`,
          ]
        : [],
    );
  }
  const said = gistOf(messageText(message));
  const calls = messageToolCalls(message).map(({ tool, args }) => {
    const text = JSON.stringify(args);
    return `- you called ${tool} ${text.length <= LONGEST_ARGUMENTS ? text : `${text.slice(0, LONGEST_ARGUMENTS).toWellFormed()}…`}`;
  });
  const who = from === 'assistant' ? 'you said' : 'you were told';
  return said === '' ? calls : [`- ${who}: ${said}`, ...calls];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
