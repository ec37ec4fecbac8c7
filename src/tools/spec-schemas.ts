import type { JsonObject } from '../model/json.ts';

/** Schema of a text. */
export function textSchema(description: string): JsonObject {
  return { type: 'string', description };
}

/** Schema of a whole number. */
export function numberSchema(description: string, limits: JsonObject = {}): JsonObject {
  return { type: 'integer', ...limits, description };
}

/** Schema of a yes or no. */
export function flagSchema(description: string): JsonObject {
  return { type: 'boolean', description };
}

/** Schema of a list. */
export function arraySchema(items: JsonObject, description: string): JsonObject {
  return { type: 'array', items, description };
}

/** Schema of an object that has these properties and no others. */
export function objectSchema(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: 'object', additionalProperties: false, properties, required };
}

/** What tools say about the content of a file; see `contentArtifact`. */
export const CONTENT_PROPERTIES: JsonObject = {
  binary: flagSchema('The file is binary.'),
  bytes: numberSchema('Size of the file.'),
  from: numberSchema('First line of `text`; 0 when there is none.'),
  to: numberSchema('Last line of `text`; 0 when there is none.'),
  total_lines: numberSchema('Lines of the file; 0 when it was not read.'),
  text: textSchema('The lines, joined by line feeds.'),
  truncated: flagSchema('Lines that were asked for are missing in `text`.'),
  omitted: textSchema('Why there is no text: a binary or very large file.'),
};

/** The properties of `CONTENT_PROPERTIES` that are always there. */
export const CONTENT_REQUIRED = ['binary', 'bytes', 'from', 'to', 'total_lines', 'text', 'truncated'];
