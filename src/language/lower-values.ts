import type { JsonObject, JsonValue } from '../model/json.ts';

/** The value when it is an object, else an empty one. Pure. */
export function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value when it is text, else the empty text, which rules take as "reported already". Pure. */
export function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a list; none when it is no list. Pure. */
export function asTexts(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
}

/** The value when it is a whole number of at least 0, else undefined. Pure. */
export function wholeNumber(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** The same object without the keys whose value is undefined. Pure. */
export function compact<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The entries of an object without those of the author's own, whose keys start with `x-`; none when it is no object. Pure. */
export function namedRows(value: JsonValue | undefined): [string, JsonValue][] {
  return Object.entries(asObject(value)).filter(([key]) => !key.startsWith('x-'));
}
