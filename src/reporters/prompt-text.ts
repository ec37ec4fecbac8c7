import type { ModelCallEffect } from '../model/effect.ts';
import type { MessagePart } from '../model/message.ts';
import { jsonText } from './json-text.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/**
 * The prompt of one model call for people: every message whole, the tools and the artifact that it was offered. With
 * `terminal` texts are sanitised, because they may be foreign; for files and pipes they are exact. Pure.
 */
export function formatPrompt(
  call: ModelCallEffect,
  { color, terminal }: { readonly color: boolean; readonly terminal: boolean },
): string {
  const title = (words: string) => paint(`── ${words}`, 'bold', color);
  const shown = (text: string) => (terminal ? sanitizeText(text) : text);
  const { messages, tools, output, maxTokens, temperature, origin } = call;
  const terms = [
    `at most ${maxTokens} tokens`,
    ...(temperature === undefined ? [] : [`temperature ${temperature}`]),
  ];
  const lines = [
    title(
      `${call.key} · ${origin.phase} · ${origin.role} · turn ${origin.turn} · ${call.model} · ${terms.join(', ')}`,
    ),
    ...messages.flatMap(({ from, parts }) => [title(from), ...parts.map(part => shown(partText(part)))]),
    ...(tools.length === 0
      ? []
      : [title('tools'), ...tools.map(({ name, description }) => shown(`${name}: ${description}`))]),
    ...(output === undefined ? [] : [title(`artifact ${output.name}`), jsonText(output.schema, 2)]),
  ];
  return lines.map(line => (line.endsWith('\n') ? line : `${line}\n`)).join('');
}

function partText(part: MessagePart): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'tool-call') {
    const { tool, args, malformed } = part.call;
    return `→ ${tool} ${malformed ?? JSON.stringify(args)}`;
  }
  const value = typeof part.value === 'string' ? part.value : JSON.stringify(part.value, null, 2);
  return `← ${part.tool}${part.isError ? ' failed:' : ''}\n${value}`;
}
