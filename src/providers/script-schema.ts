import { ERROR_CODES } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/** One written answer. It is given to a call that matches all of `phase`, `role` and `turn` that are written. */
export interface ScriptReply {
  /** A phase path, or a pattern of paths: `*` stands for any text within one segment, `explain.*`. */
  readonly phase?: string;
  readonly role?: string;
  /** Counts the model calls of a phase visit from 1. */
  readonly turn?: number;
  /** Words that the messages of the call must hold. */
  readonly reads?: string;
  readonly text?: string;
  /** Sent as JSON text. */
  readonly json?: JsonValue;
  readonly calls?: readonly { readonly tool: string; readonly args: JsonObject }[];
  readonly finish?: 'length' | 'content_filter';
  readonly failure?: { readonly code: string; readonly message: string };
  /** How often the reply may be given; 1 without `turn`, any number with it. */
  readonly times?: number;
  readonly delay_ms?: number;
}

/** A file of written answers, for examples and tests. */
export interface ScriptFile {
  readonly version: 1;
  readonly replies: readonly ScriptReply[];
}

/** JSON Schema (2020-12) of a script file; whoever reads the file validates it. */
export const SCRIPT_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Replies of a scripted model',
  type: 'object',
  required: ['version', 'replies'],
  additionalProperties: false,
  patternProperties: { '^x-': true },
  properties: {
    version: { const: 1 },
    replies: { type: 'array', items: { $ref: '#/$defs/reply' } },
  },
  $defs: {
    reply: {
      type: 'object',
      additionalProperties: false,
      anyOf: ['text', 'json', 'calls', 'finish', 'failure'].map(name => ({ required: [name] })),
      not: { required: ['text', 'json'] },
      properties: {
        phase: {
          type: 'string',
          minLength: 1,
          description:
            'Phase path: `inspect.security` for a branch, `explain.0` for an item, `build/design` for a phase of a crew in a phase. `*` stands for any text between two of these marks, as in `explain.*`; a reply that names the very path comes first.',
        },
        role: { type: 'string', minLength: 1 },
        turn: { type: 'integer', minimum: 1, description: 'Model call of the phase visit, from 1.' },
        reads: {
          type: 'string',
          minLength: 1,
          description:
            'Words that the call must hold, such as those of a lesson; of replies that fit such a one comes first.',
        },
        text: { type: 'string' },
        json: { description: 'Sent as JSON text.' },
        calls: { type: 'array', minItems: 1, items: { $ref: '#/$defs/call' } },
        finish: { enum: ['length', 'content_filter'] },
        failure: { $ref: '#/$defs/failure' },
        times: { type: 'integer', minimum: 1, description: '1 when left out; any number with `turn`.' },
        delay_ms: { type: 'integer', minimum: 0, maximum: 600_000 },
      },
    },
    call: {
      type: 'object',
      required: ['tool', 'args'],
      additionalProperties: false,
      properties: { tool: { type: 'string', minLength: 1 }, args: { type: 'object' } },
    },
    failure: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: { code: { enum: Object.keys(ERROR_CODES) }, message: { type: 'string' } },
    },
  },
};
