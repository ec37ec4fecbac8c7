import type { CodedFailure } from '../../src/model/crew-error.ts';
import type { FinishReason } from '../../src/model/fact.ts';
import type { ToolCall } from '../../src/model/message.ts';
import { textMessage } from '../../src/model/message.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import type { Usage } from '../../src/model/usage.ts';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../../src/ports/language-model.ts';

/** A whole answer, gathered from its parts. */
export interface GatheredAnswer {
  readonly parts: readonly ModelStreamPart[];
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly usage: Usage | undefined;
  readonly finish: FinishReason | undefined;
  readonly failure: CodedFailure | undefined;
}

/** The two tools that test requests grant. */
export const GIT_DIFF: ToolSpec = {
  name: 'git.diff',
  description: 'Shows a change.',
  inputSchema: { type: 'object', properties: { range: { type: 'string' } }, required: ['range'] },
  readOnly: true,
};
export const FILES_READ: ToolSpec = {
  name: 'files.read',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
  readOnly: true,
};

/** A request that asks one question, with what a test changes. */
export function modelRequest(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [textMessage('system', 'You review changes.'), textMessage('user', 'Is this change good? ☂')],
    tools: [],
    maxTokens: 1000,
    idempotencyKey: 'run1/review/1/1',
    origin: { phase: 'review', role: 'lead', turn: 1, values: {} },
    ...changes,
  };
}

/** Asks a model and gathers every part until its stream ends. */
export async function askModel(
  model: LanguageModel,
  request: ModelRequest = modelRequest(),
  signal: AbortSignal = new AbortController().signal,
): Promise<GatheredAnswer> {
  const parts: ModelStreamPart[] = [];
  for await (const part of model.generate(request, signal)) parts.push(part);
  return gatheredAnswer(parts);
}

/** Sums up the parts of an answer. */
function gatheredAnswer(parts: readonly ModelStreamPart[]): GatheredAnswer {
  return {
    parts,
    text: parts.map(part => (part.type === 'text' ? part.text : '')).join(''),
    calls: parts.flatMap(part => (part.type === 'tool-call' ? [part.call] : [])),
    usage: parts.find(part => part.type === 'usage')?.usage,
    finish: parts.find(part => part.type === 'finish')?.reason,
    failure: parts.find(part => part.type === 'failure')?.failure,
  };
}
