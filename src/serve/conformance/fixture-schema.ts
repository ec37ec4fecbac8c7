import { fromJsonSchema, type JsonSchemaType } from '@modelcontextprotocol/server';

/** What rounds of one call say to each other. */
export interface FixtureState {
  readonly step: number;
}

/** A tool's arguments, all of them texts that must be given. */
export function textArguments(...names: readonly string[]) {
  const properties = Object.fromEntries(names.map(name => [name, { type: 'string' }]));
  const schema = { type: 'object', properties, required: [...names] } as JsonSchemaType;
  return fromJsonSchema<{ readonly [name: string]: string }>(schema);
}

/** A result that is one text. */
export function textResult(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}

/** One red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
