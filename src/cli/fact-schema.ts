import { ERROR_CODES } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';

const TEXT = { type: 'string' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;
const ANSWERED = { key: TEXT, ms: { type: 'number', minimum: 0 } };

const USAGE = {
  type: 'object',
  required: ['inputTokens', 'outputTokens', 'cachedInputTokens'],
  properties: { inputTokens: COUNT, outputTokens: COUNT, cachedInputTokens: COUNT },
};

const FAILURE = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { enum: Object.keys(ERROR_CODES) },
    message: TEXT,
    retryAfterMs: { type: 'number', minimum: 0 },
  },
};

const CALL = {
  type: 'object',
  required: ['id', 'tool', 'args'],
  properties: { id: TEXT, tool: TEXT, args: { type: 'object' }, malformed: TEXT },
};

const ANSWER_PART = {
  type: 'object',
  required: ['type'],
  oneOf: [
    { required: ['text'], properties: { type: { const: 'text' }, text: TEXT } },
    { required: ['call'], properties: { type: { const: 'tool-call' }, call: CALL } },
  ],
};

const ANSWER = {
  type: 'object',
  required: ['from', 'parts'],
  properties: { from: { const: 'assistant' }, parts: { type: 'array', items: ANSWER_PART } },
};

const BY_ALIAS = { type: 'object', additionalProperties: { type: 'object' } };
const TEXTS = { type: 'array', items: TEXT };
const MAYBE_TEXT = { type: ['string', 'null'] };

const ASKED = {
  type: 'array',
  items: {
    type: 'object',
    required: ['question', 'answer'],
    properties: { question: { type: 'object' }, answer: { type: ['object', 'null'] } },
  },
};

/** What decides about calls must be whole: a rule that was taken out by hand would let more through. */
const POLICY = {
  type: 'object',
  required: ['default', 'nonInteractive', 'servers', 'rules', 'hash'],
  properties: {
    default: { enum: ['ask', 'deny'] },
    nonInteractive: { enum: ['pause', 'deny'] },
    servers: { type: 'object', additionalProperties: { type: 'object', required: ['identity', 'trust'] } },
    rules: {
      type: 'array',
      items: {
        type: 'object',
        required: ['effect', 'tool', 'at'],
        properties: { effect: { enum: ['deny', 'ask', 'allow'] }, tool: TEXT, at: TEXT },
      },
    },
    hash: TEXT,
  },
};

const NOTES = {
  type: 'array',
  items: {
    type: 'object',
    required: ['id', 'kind', 'text', 'gist', 'runId', 'phase', 'role', 'createdAt', 'trust', 'parts'],
    properties: {
      ...{ id: TEXT, kind: TEXT, text: TEXT, gist: TEXT, runId: TEXT, phase: TEXT, role: TEXT },
      createdAt: { type: 'number' },
      trust: { enum: [0, 1, 2, 3] },
      outcome: { const: 'fail' },
      parts: { type: 'object', additionalProperties: { type: 'number' } },
    },
  },
};

/** What was recalled goes into prompts again when the run is read. */
const RECALLED_ROLE = {
  type: 'object',
  required: ['role', 'blocks', 'notes', 'lessons'],
  properties: {
    role: TEXT,
    blocks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['label', 'value', 'description', 'limit', 'readOnly', 'version'],
        properties: { label: TEXT, value: TEXT, description: TEXT },
      },
    },
    notes: NOTES,
    lessons: NOTES,
    decisions: NOTES,
  },
};

/** The fields of each type of fact besides `type` and `at`; a field whose name ends in `?` may be absent. */
const FIELDS: { readonly [Type in Fact['type']]: JsonObject } = {
  'run.started': {
    runId: TEXT,
    inputs: { type: 'object' },
    workspace: TEXT,
    models: BY_ALIAS,
    terms: BY_ALIAS,
    'grants?': TEXTS,
    'policy?': POLICY,
    'withoutMemory?': { enum: ['stored', true] },
    'memory?': {
      type: 'object',
      required: ['place', 'embedder'],
      properties: {
        place: TEXT,
        embedder: TEXT,
        store: TEXT,
        version: { type: 'number' },
        ruled: { const: 'dropped' },
      },
    },
  },
  'run.resumed': {
    'forked?': { const: true },
    'budget?': { type: 'object' },
    'grants?': TEXTS,
    'policy?': POLICY,
  },
  'model.answered': {
    ...ANSWERED,
    message: ANSWER,
    finishReason: { enum: ['stop', 'tool_calls', 'length', 'content_filter'] },
    'cut?': { const: 'kept' },
    'usage?': USAGE,
  },
  'model.failed': { ...ANSWERED, failure: FAILURE, 'usage?': USAGE },
  'tool.returned': { ...ANSWERED, value: true, 'asked?': ASKED },
  'tool.failed': { ...ANSWERED, failure: FAILURE, 'asked?': ASKED },
  'person.answered': {
    key: TEXT,
    choice: MAYBE_TEXT,
    text: MAYBE_TEXT,
    by: TEXT,
    'binding?': TEXT,
    'alike?': { const: true },
  },
  'tool.uncertain': { call: TEXT },
  'tool.unreached': { call: TEXT, ms: ANSWERED.ms, failure: FAILURE },
  'role.steered': { role: TEXT, text: TEXT, by: TEXT, 'id?': TEXT },
  'person.absent': { key: TEXT },
  'paths.resolved': { key: TEXT, places: { type: 'object', additionalProperties: TEXT } },
  'memory.recalled': {
    ...ANSWERED,
    recalled: {
      type: 'object',
      required: ['version', 'roles', 'remarks'],
      properties: {
        version: { type: 'number' },
        roles: { type: 'array', items: RECALLED_ROLE },
        stream: { type: 'array', items: NOTES },
        remarks: TEXTS,
      },
    },
  },
  'memory.written': {
    ...ANSWERED,
    written: {
      type: 'object',
      required: ['notes', 'retired', 'gathered', 'version'],
      properties: {
        notes: {
          type: 'array',
          items: { type: 'object', required: ['id', 'state'], properties: { id: TEXT, state: TEXT } },
        },
        retired: TEXTS,
        retiredFor: { type: 'object', additionalProperties: TEXT },
        gathered: { type: 'object', additionalProperties: { type: 'number' } },
        version: { type: 'number' },
      },
    },
  },
  'memory.failed': { ...ANSWERED, failure: FAILURE },
  'timer.fired': { key: TEXT },
};

/** JSON Schema (2020-12) of a fact, by its type. Further fields are left alone, for later versions. */
export const FACT_SCHEMAS: ReadonlyMap<string, JsonObject> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, factSchema(type, fields)]),
);

function factSchema(type: string, fields: JsonObject): JsonObject {
  const names = Object.keys(fields);
  const properties = names.map(name => [name.replace(/\?$/, ''), fields[name] ?? true] as const);
  return {
    type: 'object',
    required: ['type', 'at', ...names.filter(name => !name.endsWith('?'))],
    properties: { type: { const: type }, at: { type: 'number' }, ...Object.fromEntries(properties) },
  };
}
