import type { Fact } from '../../model/fact.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Trust } from '../../model/memory.ts';

/** A note that was read with a tool of memory. */
export interface ReadNote {
  readonly id: string;
  readonly trust: Trust;
}

/** What a tool of memory has given: notes, and what tools had said in earlier conversations, by the names of those. */
export interface ReadByTool {
  readonly notes: readonly ReadNote[];
  readonly tools: readonly string[];
}

/** What a call of a tool of memory has brought into the work that made it. Pure. */
export function readByTool(fact: Fact): ReadByTool {
  if (fact.type !== 'tool.returned') return { notes: [], tools: [] };
  const { results, note, evidence } = fieldsOf(fact.value);
  const rows = [results, evidence].flatMap(list =>
    Array.isArray(list) ? (list as readonly JsonValue[]) : [],
  );
  const shown = [...rows, ...(note === undefined ? [] : [note])].map(fieldsOf);
  return {
    notes: shown.flatMap(({ id, trust }) =>
      typeof id === 'string' && isTrust(trust) ? [{ id, trust }] : [],
    ),
    tools: shown.flatMap(({ what, tool }) =>
      what === 'tool result' && typeof tool === 'string' ? [tool] : [],
    ),
  };
}

/** The notes of both, each once, those that are trusted least first; more are not kept in mind. Pure. */
export function withRead(before: readonly ReadNote[], now: readonly ReadNote[]): readonly ReadNote[] {
  const all = new Map([...before, ...now].map(each => [each.id, each]));
  return [...all.values()].toSorted((one, other) => one.trust - other.trust).slice(0, MOST_READ);
}

/** As many sources as a note has room for. */
const MOST_READ = 10;

function isTrust(value: JsonValue | undefined): value is Trust {
  return value === 0 || value === 1 || value === 2 || value === 3;
}

function fieldsOf(value: JsonValue | undefined): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}
