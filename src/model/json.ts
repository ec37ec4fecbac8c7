/** Any value that JSON can carry; artifacts, inputs, tool arguments and facts are made of it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. Foreign keys are read with `Object.hasOwn`, never by plain property access on a prototype. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON Schema, draft 2020-12, as plain JSON. `true` accepts everything. */
export type JsonSchema = boolean | JsonObject;
