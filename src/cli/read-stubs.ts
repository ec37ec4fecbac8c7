import { ERROR_CODES, type ErrorCode } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Stub } from '../runtime/simulate.ts';
import type { Terminal } from './command.ts';
import { readYamlFile } from './read-yaml.ts';

/** What stands in a file of stubs: artifacts for every visit of a phase, or what happens visit by visit. */
interface StubsFile {
  readonly artifacts?: { readonly [phase: string]: JsonValue };
  readonly visits?: { readonly [phase: string]: readonly WrittenStub[] };
}

type WrittenStub =
  | { readonly artifact: JsonValue }
  | { readonly failure: { readonly code: ErrorCode; readonly message?: string } };

/** JSON Schema (2020-12) of a file of stubs. */
export const STUBS_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'What phases deliver in a walk without models',
  type: 'object',
  required: ['version'],
  additionalProperties: false,
  patternProperties: { '^x-': true },
  properties: {
    version: { const: 1 },
    artifacts: { type: 'object', description: 'By phase: what it delivers at every visit.' },
    visits: {
      type: 'object',
      description: 'By phase: what it does at each visit; the last one stands for all later visits.',
      additionalProperties: { type: 'array', minItems: 1, items: { $ref: '#/$defs/stub' } },
    },
  },
  $defs: {
    stub: {
      type: 'object',
      additionalProperties: false,
      oneOf: [{ required: ['artifact'] }, { required: ['failure'] }],
      properties: {
        artifact: true,
        failure: {
          type: 'object',
          required: ['code'],
          additionalProperties: false,
          properties: { code: { enum: Object.keys(ERROR_CODES) }, message: { type: 'string' } },
        },
      },
    },
  },
};

/** Reads the file of `crew plan --stubs`. Fails with FILE_NOT_FOUND, or INPUT_INVALID and all that is wrong with it. */
export async function readStubsFile(
  path: string,
  terminal: Terminal,
): Promise<ReadonlyMap<string, readonly Stub[]>> {
  const what = { schema: STUBS_SCHEMA, what: 'file of stubs' };
  const { artifacts = {}, visits = {} } = (await readYamlFile(path, terminal, what)) as StubsFile;
  const always = Object.entries(artifacts).map(([phase, artifact]) => [phase, [{ artifact }]] as const);
  const byVisit = Object.entries(visits).map(([phase, stubs]) => [phase, stubs.map(toStub)] as const);
  return new Map<string, readonly Stub[]>([...always, ...byVisit]);
}

function toStub(written: WrittenStub): Stub {
  if ('artifact' in written) return written;
  const { code, message = 'as the stubs say' } = written.failure;
  return { failure: { code, message } };
}
