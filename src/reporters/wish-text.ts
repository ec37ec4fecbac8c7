import type { ActEffect, ModelCallEffect } from '../model/effect.ts';
import type { MessagePart } from '../model/message.ts';

/** A wish in a few words, with the phase that it stands in. Pure. */
export function wishTitle(wish: ActEffect): string {
  switch (wish.type) {
    case 'model.call':
      return `\`${wish.origin.role}\` in \`${wish.origin.phase}\` (turn ${wish.origin.turn})`;
    case 'tool.call':
      return `\`${wish.tool}\` in \`${wish.key.slice(0, wish.key.indexOf(':'))}\``;
    case 'person.ask':
      return `a question of \`${wish.phase}\``;
    case 'path.resolve':
      return `where paths of a call are (\`${wish.call}\`)`;
    case 'memory.recall':
      return `what is remembered for \`${wish.request.phase}\``;
    case 'memory.write':
      return `what \`${wish.phase}\` leaves in memory`;
    case 'timer.start':
      return `the end of ${wish.ms} ms (\`${wish.key}\`)`;
  }
}

/** All that a wish says, as a text whose lines can be compared: a prompt with its tools and schema, or arguments. Pure. */
export function wishText(wish: ActEffect): string {
  switch (wish.type) {
    case 'model.call':
      return promptText(wish);
    case 'tool.call':
      return `${wish.tool}\n${indented(wish.args)}`;
    case 'person.ask':
      return wish.question.kind === 'question' ? wish.question.text : indented(wish.question);
    case 'path.resolve':
      return wish.paths.join('\n');
    case 'memory.recall':
      return indented(wish.request);
    case 'memory.write':
      return indented(wish.writes);
    case 'timer.start':
      return `${wish.ms} ms`;
  }
}

function promptText({ messages, tools, output, origin }: ModelCallEffect): string {
  const sections = [
    ...messages.map(({ from, parts }) => `[${from}]\n${parts.map(partText).join('\n')}`),
    ...tools.map(tool => `[tool ${tool.name}]\n${indented({ ...tool })}`),
    ...(output === undefined ? [] : [`[artifact ${output.name}]\n${indented(output.schema)}`]),
    `[values]\n${indented(origin.values)}`,
  ];
  return sections.join('\n');
}

function partText(part: MessagePart): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'tool-call') return `→ ${part.call.tool} ${indented(part.call.args)}`;
  const value = typeof part.value === 'string' ? part.value : indented(part.value);
  return `← ${part.tool}\n${value}`;
}

function indented(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
