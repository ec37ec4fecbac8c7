import type { JsonObject, JsonValue } from '../model/json.ts';

/** The values that the named arguments have, and whether there are others. */
export interface NamedArguments {
  readonly values: ReadonlyMap<string, readonly JsonValue[]>;
  readonly others: boolean;
}

/**
 * Finds what the arguments of a rule are in a call. A name with dots also means a member inside: `edit.path`, and of each
 * item of a list: `edits.path`. What is below a named argument belongs to it. Names are compared in NFC. Pure.
 */
export function findArguments(args: JsonObject, names: readonly string[]): NamedArguments {
  const wanted = new Set(names.map(name => name.normalize('NFC')));
  const values = new Map<string, JsonValue[]>();
  let others = false;
  const found = (place: string): JsonValue[] => {
    const list = values.get(place) ?? [];
    values.set(place, list);
    return list;
  };
  const visit = (value: JsonValue, place: string, named: boolean): void => {
    if (Array.isArray(value) && value.length > 0) {
      for (const item of value) visit(item, place, named);
      return;
    }
    const members = isObject(value) ? Object.entries(value) : [];
    if (members.length === 0 && !named) others = true;
    for (const [key, member] of members) enter(member, `${place}.${key.normalize('NFC')}`, named);
  };
  const enter = (value: JsonValue, place: string, within: boolean): void => {
    const isNamed = wanted.has(place);
    if (isNamed) found(place).push(value);
    visit(value, place, within || isNamed);
  };
  for (const [key, value] of Object.entries(args)) enter(value, key.normalize('NFC'), false);
  return { values, others };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
