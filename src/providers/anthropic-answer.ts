import type { FinishReason } from '../model/fact.ts';
import type { ModelStreamPart } from '../ports/language-model.ts';
import type { AnswerReader } from './answer-stream.ts';
import { NO_PARTS } from './answer-stream.ts';
import { parsedToolCall } from './parsed-tool-call.ts';
import { errorObjectFailure, ProviderFailure } from './provider-failure.ts';
import { reportedUsage } from './reported-usage.ts';
import type { ToolNames } from './tool-names.ts';
import { field, listField, textField } from './wire-value.ts';

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['tool_use', 'tool_calls'],
  ['max_tokens', 'length'],
  ['refusal', 'content_filter'],
]);

/** A `tool_use` block whose input is still coming. */
interface OpenBlock {
  readonly id: string;
  readonly name: string;
  /** The input as the block began; streams begin it empty and send it in pieces. */
  readonly startInput: unknown;
  pieces: string;
}

interface ReaderState {
  readonly open: Map<unknown, OpenBlock>;
  readonly usage: { input: unknown; output: unknown; cacheRead: unknown; cacheWritten: unknown };
  stopReason: string | undefined;
  complete: boolean;
  called: boolean;
}

/** Which names a reader has to translate: tools, and the delivery tool whose input is the answer itself. */
export interface AnswerNames {
  readonly names: ToolNames;
  readonly deliveryTool: string | undefined;
}

/** Reads an answer of the Messages interface, streamed or whole. */
export function messagesReader(answer: AnswerNames): AnswerReader {
  const state: ReaderState = {
    open: new Map(),
    usage: { input: undefined, output: undefined, cacheRead: 0, cacheWritten: 0 },
    stopReason: undefined,
    complete: false,
    called: false,
  };
  return {
    event: event => eventParts(event, state, answer),
    end: () => endParts(state),
  };
}

function eventParts(event: unknown, state: ReaderState, answer: AnswerNames): readonly ModelStreamPart[] {
  switch (textField(event, 'type')) {
    case 'message_start':
      noteUsage(field(field(event, 'message'), 'usage'), state);
      return NO_PARTS;
    case 'content_block_start':
      return blockStart(field(event, 'index'), field(event, 'content_block'), state);
    case 'content_block_delta':
      return blockDelta(field(event, 'index'), field(event, 'delta'), state, answer);
    case 'content_block_stop':
      return blockStop(field(event, 'index'), state, answer);
    case 'message_delta':
      noteUsage(field(event, 'usage'), state);
      state.stopReason = textField(field(event, 'delta'), 'stop_reason') ?? state.stopReason;
      return NO_PARTS;
    case 'message_stop':
      state.complete = true;
      return closeBlocks(state, answer);
    case 'message':
      return wholeMessage(event, state, answer);
    case 'error':
      throw errorObjectFailure(field(event, 'error'));
    default:
      return NO_PARTS;
  }
}

function wholeMessage(message: unknown, state: ReaderState, answer: AnswerNames): readonly ModelStreamPart[] {
  noteUsage(field(message, 'usage'), state);
  state.stopReason = textField(message, 'stop_reason');
  state.complete = true;
  return listField(message, 'content').flatMap((block, index) => [
    ...blockStart(index, block, state),
    ...blockStop(index, state, answer),
  ]);
}

function blockStart(index: unknown, block: unknown, state: ReaderState): readonly ModelStreamPart[] {
  const kind = textField(block, 'type');
  if (kind === 'tool_use') {
    const id = textField(block, 'id') ?? '';
    const name = textField(block, 'name') ?? '';
    state.open.set(index, { id, name, startInput: field(block, 'input'), pieces: '' });
    return NO_PARTS;
  }
  const text = kind === 'text' ? (textField(block, 'text') ?? '') : '';
  return text === '' ? NO_PARTS : [{ type: 'text', text }];
}

function blockDelta(
  index: unknown,
  delta: unknown,
  state: ReaderState,
  answer: AnswerNames,
): readonly ModelStreamPart[] {
  const text = textField(delta, 'text');
  if (text !== undefined) return text === '' ? NO_PARTS : [{ type: 'text', text }];
  const piece = textField(delta, 'partial_json');
  const block = state.open.get(index);
  if (piece === undefined || piece === '' || block === undefined) return NO_PARTS;
  block.pieces += piece;
  // The input of the delivery tool is the artifact, so people see it grow like any text.
  return block.name === answer.deliveryTool ? [{ type: 'text', text: piece }] : NO_PARTS;
}

function blockStop(index: unknown, state: ReaderState, answer: AnswerNames): readonly ModelStreamPart[] {
  const block = state.open.get(index);
  if (block === undefined) return NO_PARTS;
  state.open.delete(index);
  const startText = block.startInput === undefined ? '' : JSON.stringify(block.startInput);
  if (block.name === answer.deliveryTool) {
    return block.pieces === '' ? [{ type: 'text', text: startText }] : NO_PARTS;
  }
  state.called = true;
  const argumentsText = block.pieces === '' ? startText : block.pieces;
  const call = parsedToolCall({ id: block.id, tool: answer.names.fromWire(block.name), argumentsText });
  return [{ type: 'tool-call', call }];
}

/** A limit may end the message inside a block, which then has no end of its own. */
function closeBlocks(state: ReaderState, answer: AnswerNames): readonly ModelStreamPart[] {
  return [...state.open.keys()].flatMap(index => blockStop(index, state, answer));
}

/** Later counts replace earlier ones; a field that is not repeated keeps its first count. */
function noteUsage(usage: unknown, { usage: counts }: ReaderState): void {
  counts.input = field(usage, 'input_tokens') ?? counts.input;
  counts.output = field(usage, 'output_tokens') ?? counts.output;
  counts.cacheRead = field(usage, 'cache_read_input_tokens') ?? counts.cacheRead;
  counts.cacheWritten = field(usage, 'cache_creation_input_tokens') ?? counts.cacheWritten;
}

function endParts(state: ReaderState): readonly ModelStreamPart[] {
  if (!state.complete) throw protocolFailure('the answer ended before "message_stop"');
  const reason = finishReason(state);
  const { input, output, cacheRead, cacheWritten } = state.usage;
  // The provider counts cached tokens apart from the others; our input is the sum.
  const total = Number(input) + Number(cacheRead) + Number(cacheWritten);
  const truthful = [input, cacheRead, cacheWritten].every(count => typeof count === 'number' && count >= 0);
  const usage = truthful ? reportedUsage(total, output, cacheRead) : undefined;
  const finish: ModelStreamPart = { type: 'finish', reason };
  return usage === undefined ? [finish] : [{ type: 'usage', usage }, finish];
}

function finishReason({ stopReason, called }: ReaderState): FinishReason {
  if (stopReason === 'model_context_window_exceeded') {
    throw new ProviderFailure('CONTEXT_OVERFLOW', 'The answer filled the context window of the model');
  }
  const reason = FINISH_REASONS.get(stopReason ?? '');
  if (reason === undefined) throw protocolFailure(`found the stop reason "${stopReason ?? 'none'}"`);
  if (reason === 'tool_calls' || reason === 'stop') return called ? 'tool_calls' : 'stop';
  return reason;
}

function protocolFailure(found: string): ProviderFailure {
  const known = [...FINISH_REASONS.keys()].join(', ');
  return new ProviderFailure(
    'PROVIDER_PROTOCOL',
    `Expected a message with one of the stop reasons ${known}, but ${found}`,
  );
}
