import type { ToolCall } from '../model/message.ts';
import { parsedToolCall } from './parsed-tool-call.ts';
import type { ToolNames } from './tool-names.ts';
import { field, textField } from './wire-value.ts';

interface OpenCall {
  id: string;
  tool: string;
  argumentsText: string;
}

/**
 * Gathers the tool calls of one Chat Completions answer from its pieces.
 * 1. Pieces with the same `index` are one call, unless a piece brings another id and a name: some servers give every
 *    call index 0.
 * 2. A piece without `index` that has a name begins a call; one without a name goes on with the last.
 * 3. Every call leaves with an id that no other call of the answer has: `<prefix>_<position>` when the server gave none.
 */
export class ChatToolCalls {
  readonly #prefix: string;
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes one element of `tool_calls`, streamed or whole. */
  add(piece: unknown): void {
    const fn = field(piece, 'function');
    const id = textField(piece, 'id') ?? '';
    const name = textField(fn, 'name') ?? '';
    const call = this.#callFor(field(piece, 'index'), id, name);
    if (call.id === '') call.id = id;
    if (call.tool === '') call.tool = name;
    call.argumentsText += argumentsText(field(fn, 'arguments'));
  }

  /** The calls in the order in which they began, under our names. */
  finished(names: ToolNames): readonly ToolCall[] {
    const seen = new Set<string>();
    return this.#calls.map((call, position) => {
      const id = call.id === '' || seen.has(call.id) ? `${this.#prefix}_${position}` : call.id;
      seen.add(id);
      return parsedToolCall({ id, tool: names.fromWire(call.tool), argumentsText: call.argumentsText });
    });
  }

  #callFor(index: unknown, id: string, name: string): OpenCall {
    const open = typeof index === 'number' ? this.#byIndex.get(index) : this.#calls.at(-1);
    if (open !== undefined && !beginsAnother(open, { index, id, name })) return open;
    const call: OpenCall = { id: '', tool: '', argumentsText: '' };
    this.#calls.push(call);
    if (typeof index === 'number') this.#byIndex.set(index, call);
    return call;
  }
}

function beginsAnother(
  open: OpenCall,
  piece: { readonly index: unknown; readonly id: string; readonly name: string },
) {
  if (piece.name === '') return false;
  if (typeof piece.index !== 'number') return true;
  return piece.id !== '' && open.id !== '' && piece.id !== open.id;
}

/** Arguments are text by the book, but some servers send the object itself. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
