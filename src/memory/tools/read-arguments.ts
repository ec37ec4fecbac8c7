import type { JsonObject, JsonValue } from '../../model/json.ts';

/** Arguments that fit their schema, by kind; models often write null for what they leave out. */
export interface ReadArguments {
  /** Undefined when it is left out. */
  readonly text: (name: string) => string | undefined;
  readonly count: (name: string) => number | undefined;
  /** Empty when it is left out. */
  readonly texts: (name: string) => readonly string[];
}

/** Reads the arguments of a call. Pure. */
export function readArguments(args: JsonObject): ReadArguments {
  const given = (name: string): JsonValue | undefined => (Object.hasOwn(args, name) ? args[name] : undefined);
  return {
    text: name => {
      const value = given(name);
      return typeof value === 'string' ? value : undefined;
    },
    count: name => {
      const value = given(name);
      return typeof value === 'number' ? value : undefined;
    },
    texts: name => {
      const value = given(name);
      return Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
    },
  };
}
