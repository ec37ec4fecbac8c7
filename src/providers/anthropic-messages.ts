import type {
  ContentBlockParam,
  MessageCreateParamsBase,
  TextBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { OutputRequest } from '../model/effect.ts';
import type { JsonObject } from '../model/json.ts';
import type { Message, MessagePart } from '../model/message.ts';
import { messageText } from '../model/message.ts';
import type { ModelRequest } from '../ports/language-model.ts';
import { toolValueText } from './message-text.ts';
import { outputInstruction } from './output-format.ts';
import {
  ANTHROPIC_STRICT,
  fitsStrict,
  isObjectSchema,
  toolInputSchema,
  wireSchema,
} from './strict-schema.ts';
import type { ToolNames } from './tool-names.ts';

const CACHED = { cache_control: { type: 'ephemeral' } } as const;

/**
 * How the artifact is asked for: by the provider's own format when it can enforce the schema; by a tool whose input
 * is the artifact when the schema is an object but too rich for that; by words when it is no object at all.
 */
export type Delivery =
  | { readonly by: 'nothing' }
  | { readonly by: 'format'; readonly schema: JsonObject }
  | { readonly by: 'tool'; readonly wireName: string; readonly schema: JsonObject; readonly artifact: string }
  | { readonly by: 'words'; readonly instruction: string };

/** Chooses how to ask for an artifact. Pure. */
export function deliveryOf(output: OutputRequest | undefined, names: ToolNames): Delivery {
  if (output === undefined) return { by: 'nothing' };
  if (!isObjectSchema(output.schema)) return { by: 'words', instruction: outputInstruction(output) };
  const schema = wireSchema(output.schema);
  if (fitsStrict(schema, ANTHROPIC_STRICT)) return { by: 'format', schema };
  return { by: 'tool', wireName: names.free('deliver'), schema, artifact: output.name };
}

/** What a Messages body is made from. */
export interface MessagesSettings {
  readonly model: string;
  readonly names: ToolNames;
  readonly delivery: Delivery;
}

/** The SDK's type no longer has `temperature`, which models before Claude 5 still take. */
type MessagesBody = Omit<MessageCreateParamsBase, 'stream'> & { readonly temperature?: number };

/**
 * A request as the body of the Messages interface, without `stream`. Cache marks stand at the end of what stays the
 * same: tools and system text, and the conversation when it is going to be repeated by a loop of tool calls. Pure.
 */
export function messagesBody(
  request: ModelRequest,
  { model, names, delivery }: MessagesSettings,
): MessagesBody {
  const system = systemBlocks(request.messages, delivery);
  const tools = toolBlocks(request, names, delivery);
  const messages = request.messages.flatMap(message => messageParams(message, names));
  return {
    model,
    max_tokens: request.maxTokens,
    messages: request.tools.length > 0 ? lastCached(messages) : messages,
    ...(system.length > 0 && { system: markLast(system) }),
    ...(tools.length > 0 && { tools: system.length > 0 ? tools : markLast(tools) }),
    ...toolChoice(request, delivery),
    ...(delivery.by === 'format' && {
      output_config: { format: { type: 'json_schema' as const, schema: { ...delivery.schema } } },
    }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
  };
}

function systemBlocks(messages: readonly Message[], delivery: Delivery): TextBlockParam[] {
  const texts = messages.filter(message => message.from === 'system').map(messageText);
  if (delivery.by === 'words') texts.push(delivery.instruction);
  return texts.filter(text => text !== '').map(text => ({ type: 'text', text }));
}

function toolBlocks(request: ModelRequest, names: ToolNames, delivery: Delivery): Tool[] {
  const tools: Tool[] = request.tools.map(tool => ({
    name: names.toWire(tool.name),
    description: tool.description,
    input_schema: { ...toolInputSchema(tool.inputSchema), type: 'object' },
  }));
  if (delivery.by === 'tool') {
    tools.push({
      name: delivery.wireName,
      description: `Delivers your final answer, the artifact "${delivery.artifact}". Call it once, when the work is done.`,
      input_schema: { ...delivery.schema, type: 'object' },
    });
  }
  return tools;
}

/** With tools besides, any of them may come first; without, nothing but the delivery is left to do. */
function toolChoice(request: ModelRequest, delivery: Delivery): Pick<MessagesBody, 'tool_choice'> {
  if (delivery.by !== 'tool') return {};
  if (request.tools.length > 0) return { tool_choice: { type: 'any' } };
  return { tool_choice: { type: 'tool', name: delivery.wireName, disable_parallel_tool_use: true } };
}

interface BlockMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlockParam[];
}

/** Empty texts and messages without content are refused by the provider, so they are left out. */
function messageParams(message: Message, names: ToolNames): BlockMessage[] {
  if (message.from === 'system') return [];
  const content = message.parts.flatMap(part => contentBlocks(part, names));
  if (content.length === 0) return [];
  return [{ role: message.from === 'assistant' ? 'assistant' : 'user', content }];
}

function contentBlocks(part: MessagePart, names: ToolNames): ContentBlockParam[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'tool-call':
      return [
        { type: 'tool_use', id: part.call.id, name: names.toWire(part.call.tool), input: part.call.args },
      ];
    case 'tool-result':
      return [
        {
          type: 'tool_result',
          tool_use_id: part.callId,
          content: toolValueText(part.value),
          ...(part.isError && { is_error: true }),
        },
      ];
  }
}

function lastCached(messages: readonly BlockMessage[]): BlockMessage[] {
  const last = messages.at(-1);
  if (last === undefined) return [];
  return [...messages.slice(0, -1), { ...last, content: markLast(last.content) }];
}

function markLast<Block extends object>(blocks: readonly Block[]): Block[] {
  return blocks.map((block, index) => (index === blocks.length - 1 ? { ...block, ...CACHED } : block));
}
