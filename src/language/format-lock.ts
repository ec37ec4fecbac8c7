import { CREW_LOCK_VERSION, type CrewLock, type LockedServer } from '../model/crew-lock.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/**
 * The text of a `crew.lock`: JSON with sorted keys and two spaces, one text for one content, so that version control shows
 * what changed. `readLock` reads it back. Pure.
 */
export function formatLock(lock: CrewLock): string {
  const servers = Object.fromEntries([...lock].map(([identity, server]) => [identity, toJson(server)]));
  return `${JSON.stringify(sorted({ version: CREW_LOCK_VERSION, servers }), null, 2)}\n`;
}

function toJson({ tools, aliases, ...server }: LockedServer): JsonObject {
  const rows = tools.map(({ name, ...said }) => [name, said as unknown as JsonObject] as const);
  return { ...server, aliases: aliases.toSorted(), tools: Object.fromEntries(rows) };
}

function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const rows = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    rows.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]),
  );
}
