import type { JsonValue } from '../../model/json.ts';

/** Whether a parsed JSON value has more levels than `max`, or a text that UTF-8 cannot carry. Never overflows the stack. Pure. */
export function jsonTrouble(value: unknown, max: number): 'depth' | 'text' | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: one, depth } = next;
    if (typeof one === 'string' && !one.isWellFormed()) return 'text';
    if (typeof one !== 'object' || one === null) continue;
    if (depth >= max) return 'depth';
    for (const [key, item] of Object.entries(one)) {
      if (!key.isWellFormed()) return 'text';
      open.push({ value: item, depth: depth + 1 });
    }
  }
  return undefined;
}

/** Whether a value is a JSON object. Pure. */
export function isObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
