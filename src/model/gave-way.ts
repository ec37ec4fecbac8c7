import type { JsonObject, JsonValue } from './json.ts';
import type { GaveWay } from './recall.ts';

/** What gave way to a note that was kept by `memory.archive_insert`, out of the result of that call. Pure. */
export function gaveWayIn(result: JsonValue): readonly GaveWay[] {
  const rows = fieldsOf(result).gave_way ?? [];
  if (!Array.isArray(rows)) return [];
  return rows.map((row: JsonValue) => {
    const { id = '', text = '', reason = '' } = fieldsOf(row);
    return { id: String(id), text: String(text), reason: String(reason) };
  });
}

function fieldsOf(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
