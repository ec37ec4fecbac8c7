import { approximateTokens } from '../../model/approximate-tokens.ts';
import { CONTEXT_TIERS, type ContextSizes, type ContextTier } from '../../model/context-shares.ts';
import type { ModelCallEffect } from '../../model/effect.ts';
import type { Message, MessagePart } from '../../model/message.ts';
import { SUMMARY_TAG } from '../../prompts/context-summary.ts';
import { BLOCKS_TAG } from '../../prompts/memory-blocks.ts';
import { LESSONS_TAG, NOTES_TAG, STRANGE_NOTES_TAG } from '../../prompts/recalled-notes.ts';

/** Sections of our own making in what a model is told, with the words before them. */
const SECTIONS: readonly (readonly [tier: ContextTier, from: Message['from'], section: RegExp])[] = [
  ['blocks', 'system', new RegExp(`# Your memory\\n.*<${BLOCKS_TAG}>\\n.*\\n</${BLOCKS_TAG}>`, 's')],
  ['notes', 'user', new RegExp(`# What you remember\\n.*?\\n</${NOTES_TAG}>`, 's')],
  ['notes', 'user', new RegExp(`# Notes from outside\\n.*?\\n</${STRANGE_NOTES_TAG}>`, 's')],
  ['lessons', 'user', new RegExp(`# Lessons of earlier runs\\n.*?\\n</${LESSONS_TAG}>`, 's')],
  [
    'lessons',
    'user',
    /# What earlier attempts at this task have taught\n.*Mind these lessons; do not repeat what failed\./s,
  ],
  ['summary', 'user', new RegExp(`^.*\\n\\n<${SUMMARY_TAG}>\\n.*\\n</${SUMMARY_TAG}>$`, 's')],
];

/** About how many tokens each part of a call takes. Pure. */
export function contextSizes(
  call: Pick<ModelCallEffect, 'messages' | 'tools' | 'output' | 'origin'>,
): ContextSizes {
  const { messages, tools, output, origin } = call;
  const sizes = new Map<ContextTier, number>(CONTEXT_TIERS.map(tier => [tier, 0]));
  const add = (tier: ContextTier, text: string): void => {
    // A call that sums up reads nothing for itself.
    const whose = origin.asks === 'summary' ? 'summary' : tier;
    sizes.set(whose, (sizes.get(whose) ?? 0) + approximateTokens(text));
  };
  // Of a tool a model is sent no more.
  for (const { name, description, inputSchema } of tools) {
    add('tools', `${name} ${description} ${JSON.stringify(inputSchema)}`);
  }
  if (output !== undefined) add('tools', JSON.stringify(output.schema));
  for (const { from, parts } of messages) for (const part of parts) addPart(from, part, add);
  return Object.fromEntries(sizes) as ContextSizes;
}

function addPart(
  from: Message['from'],
  part: MessagePart,
  add: (tier: ContextTier, text: string) => void,
): void {
  if (part.type === 'tool-call')
    return add('messages', `${part.call.tool} ${JSON.stringify(part.call.args)}`);
  if (part.type === 'tool-result') return add('results', `${part.tool} ${JSON.stringify(part.value)}`);
  let rest = part.text;
  for (const [tier, where, section] of SECTIONS) {
    const found = where === from ? section.exec(rest)?.[0] : undefined;
    if (found === undefined) continue;
    add(tier, found);
    rest = rest.replace(found, () => '');
  }
  add(from === 'system' ? 'card' : 'messages', rest);
}
