import type { Message, MessagePart } from '../model/message.ts';

/** How much of a conversation is shown, and of one tool result in it, in characters. */
const MAX_TRANSCRIPT_LENGTH = 60_000;
const MAX_RESULT_LENGTH = 4_000;

/** A worker's conversation as the role that manages it may read it: the latest part of it, without the prompt. Pure. */
export function transcriptText(messages: readonly Message[]): string {
  const rows = messages
    .filter(message => message.from !== 'system')
    .flatMap(message => message.parts.map(part => row(message.from, part)));
  const text = rows.join('\n\n');
  if (text.length <= MAX_TRANSCRIPT_LENGTH) return text;
  return `(what came before is left out)\n\n${text.slice(-MAX_TRANSCRIPT_LENGTH).toWellFormed()}`;
}

function row(from: Message['from'], part: MessagePart): string {
  switch (part.type) {
    case 'text':
      return `${from === 'assistant' ? 'WORKER' : 'TOLD'}: ${part.text}`;
    case 'tool-call':
      return `CALLED ${part.call.tool}: ${cut(JSON.stringify(part.call.args))}`;
    case 'tool-result':
      return `${part.isError ? 'FAILED' : 'RETURNED'} ${part.tool}: ${cut(JSON.stringify(part.value))}`;
  }
}

function cut(text: string): string {
  if (text.length <= MAX_RESULT_LENGTH) return text;
  return `${text.slice(0, MAX_RESULT_LENGTH).toWellFormed()}…`;
}
