import type { JsonObject, JsonValue } from '../model/json.ts';
import { formatBytes, formatQuantity } from './amounts.ts';

const MAX_COUNTS = 3;

/**
 * A few words about a result instead of the result: item counts of a list or of the lists in an object
 * (`files: 3, notices: 0`), else its size. Never its content. Pure.
 */
export function summarizeValue(value: JsonValue): string {
  if (value === null) return 'nothing';
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return formatBytes(textBytes(value));
  if (Array.isArray(value)) return formatQuantity(value.length, 'item');
  const counts = Object.entries(value as JsonObject).flatMap(([key, part]) =>
    Array.isArray(part) ? [`${key}: ${part.length}`] : [],
  );
  if (counts.length === 0) return formatBytes(textBytes(JSON.stringify(value)));
  return counts.slice(0, MAX_COUNTS).join(', ');
}

/** The size of a text in UTF-8 bytes. Pure. */
export function textBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
