import type { ModelCallEffect, OutputRequest } from '../model/effect.ts';

/** What of a call goes over the wire and grows with it. */
type SentParts = Pick<ModelCallEffect, 'messages' | 'tools'> & { readonly output?: OutputRequest };

const known = new WeakMap<object, number>();
const encoder = new TextEncoder();

/**
 * The bytes of the JSON `[messages, tools, output]` of a call. A conversation is sent again with every turn, so what was
 * measured before is not measured again: the cost follows what is new, not what was said. Pure.
 */
export function sentBytes({ messages, tools, output }: SentParts): number {
  return listBytes([listBytes(messages.map(bytes)), listBytes(tools.map(bytes)), bytes(output ?? null)]);
}

/** Two brackets, the items, and the commas between them. */
function listBytes(items: readonly number[]): number {
  return items.reduce((sum, item) => sum + item, 2 + Math.max(0, items.length - 1));
}

function bytes(value: object | null): number {
  if (value === null) return 4;
  const measured = known.get(value) ?? encoder.encode(JSON.stringify(value)).length;
  known.set(value, measured);
  return measured;
}
