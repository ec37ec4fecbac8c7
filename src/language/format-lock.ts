import {
  CREW_LOCK_VERSION,
  type CrewLock,
  type LockedPrompt,
  type LockedServer,
} from '../model/crew-lock.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/**
 * The text of a `crew.lock`: JSON with sorted keys and two spaces, one text for one content, so that version control shows
 * what changed; each prompt is one line, so that two who pin different ones do not get in each other's way. A lock without
 * prompts has no such section. `readLock` reads it back. Pure.
 */
export function formatLock({ servers, prompts }: CrewLock): string {
  const rows = Object.fromEntries([...servers].map(([identity, server]) => [identity, toJson(server)]));
  const rest = JSON.stringify(sorted({ servers: rows, version: CREW_LOCK_VERSION }), null, 2);
  if (prompts.size === 0) return `${rest}\n`;
  const names = [...prompts.keys()].toSorted((left, right) => (left < right ? -1 : 1));
  const lines = names.map(name => `    ${JSON.stringify(name)}: ${promptLine(prompts.get(name))}`);
  // `prompts` comes before `servers`.
  return `{\n  "prompts": {\n${lines.join(',\n')}\n  },\n${rest.slice('{\n'.length)}\n`;
}

function promptLine(prompt: LockedPrompt | undefined): string {
  return JSON.stringify(sorted((prompt ?? {}) as unknown as JsonObject));
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
