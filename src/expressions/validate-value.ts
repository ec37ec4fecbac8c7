import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonSchema, JsonValue } from '../model/json.ts';

/** One reason why a value does not fit its schema. `path` is a JSON pointer into the value, empty for the whole. */
export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
}

/** A schema's refusal with ajv's keyword and parameters, for those who mend values. */
export interface SchemaMismatch extends SchemaProblem {
  readonly keyword: string;
  readonly params: { readonly [name: string]: unknown };
}

/** Longest text that is held against a `pattern`; longer text does not fit. */
const MAX_PATTERN_TEXT = 10_000;
const MAX_PROBLEMS = 100;
const MAX_MISMATCHES = 1_000;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const compiled = new WeakMap<object, ValidateFunction>();

/**
 * Says why a value does not fit a JSON Schema (draft 2020-12), in the order in which the schema finds it; empty when it
 * fits. At most 100 problems. `format` is not judged. The schema must compile (`schemaProblems`), else this throws, for
 * the schema was checked when the crew was. Compiled schemas are kept for each schema object. Deterministic.
 */
export function validateValue(schema: JsonSchema, value: JsonValue): readonly SchemaProblem[] {
  const mismatches = schemaMismatches(schema, value).slice(0, MAX_PROBLEMS);
  return mismatches.map(({ path, message }) => ({ path, message }));
}

/** As `validateValue`, with ajv's keyword and parameters of each problem; at most 1,000. */
export function schemaMismatches(schema: JsonSchema, value: JsonValue): readonly SchemaMismatch[] {
  if (schema === true) return [];
  if (schema === false)
    return [{ path: '', message: 'nothing is allowed here', keyword: 'false', params: {} }];
  const validate = compile(schema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  // Ajv keeps the last errors, and with them the value, on the function.
  validate.errors = null;
  return errors.slice(0, MAX_MISMATCHES).map(error => ({
    path: error.instancePath,
    message: problemMessage(error),
    keyword: error.keyword,
    params: error.params,
  }));
}

/** Says why a schema itself is no JSON Schema that can be used (bad keyword, unresolved `$ref`, bad pattern); empty when it can. */
export function schemaProblems(schema: JsonSchema): readonly string[] {
  if (typeof schema === 'boolean') return [];
  const ajv = sharedAjv();
  try {
    const dialect = schema.$schema;
    if (dialect !== undefined && dialect !== DIALECT) {
      return [`\`$schema\` must be "${DIALECT}" or left out; found ${shown(dialect)}`];
    }
    if (!ajv.validateSchema(schema)) {
      const errors = (ajv.errors ?? []).slice(0, MAX_PROBLEMS);
      return [
        ...new Set(errors.map(error => `${error.instancePath || 'the schema'} ${problemMessage(error)}`)),
      ];
    }
    compile(schema);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Problems as one text, one line each, at most `max` and then how many more. Pure. */
export function describeProblems(problems: readonly SchemaProblem[], max: number): string {
  const lines = problems
    .slice(0, max)
    .map(({ path, message }) => `${path === '' ? 'the value' : `\`${path}\``} ${message}`);
  if (problems.length > max) lines.push(`and ${problems.length - max} more`);
  return lines.join('\n');
}

function createAjv(): Ajv2020 {
  return new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    logger: false,
    // What reaches a run was checked when the crew was; compiling the meta-schema would cost every start 50 ms.
    validateSchema: false,
    // Two schemas of a crew may carry the same `$id`; neither is registered.
    addUsedSchema: false,
    code: { regExp: Object.assign(limitedPattern, { code: 'limitedPattern' }) },
  });
}

/** Ajv keeps something of every schema that it ever compiled, so it is made anew after so many. */
const MAX_COMPILED = 256;
let ajvInstance: Ajv2020 | undefined;
let compiledByIt = 0;

/** Made at the first use: it costs tens of milliseconds. */
function sharedAjv(): Ajv2020 {
  if (ajvInstance === undefined || compiledByIt >= MAX_COMPILED) {
    ajvInstance = createAjv();
    compiledByIt = 0;
  }
  compiledByIt += 1;
  return ajvInstance;
}

function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const ajv = sharedAjv();
  try {
    const validate = Object.hasOwn(schema, '$id')
      ? ajv.compile(schema)
      : compileNamed(ajv, schema as Record<string, unknown>);
    compiled.set(schema, validate);
    return validate;
  } finally {
    // Ajv would keep every schema for ever; the weak map keeps it as long as its owner does.
    ajv.removeSchema(schema);
    ajv.removeSchema(NAME);
  }
}

const NAME = 'crewfile:value';

/** A schema that refers to the whole of itself (`#`) needs a name to be found by. */
function compileNamed(ajv: Ajv2020, schema: Record<string, unknown>): ValidateFunction {
  const validate = ajv.addSchema(schema, NAME).getSchema(NAME);
  if (validate === undefined) throw new Error('the schema that was just added is not there');
  return validate;
}

/** A pattern that looks at short text only, for the native engine can take polynomial time on long text. */
function limitedPattern(pattern: string, flags: string): RegExp {
  const expression = new RegExp(pattern, flags);
  const test = (text: string): boolean => text.length <= MAX_PATTERN_TEXT && expression.test(text);
  return Object.assign(Object.create(null), { test, toString: () => String(expression) }) as RegExp;
}

function problemMessage(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return `lacks the property \`${params.missingProperty}\``;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unexpectedProperty(error);
    case 'enum':
      return `must be one of ${listed(params.allowedValues)}; found ${shown(error.data)}`;
    case 'const':
      return `must be ${shown(params.allowedValue)}; found ${shown(error.data)}`;
    case 'type':
      return `must be ${typeNames(params.type)}; found ${shown(error.data)}`;
    case 'pattern':
      return `must match the pattern \`${params.pattern}\`; found ${shown(error.data)}`;
    case 'anyOf':
      return 'must fit at least one of the alternatives';
    case 'oneOf':
      return params.passingSchemas === null
        ? 'must fit exactly one of the alternatives; it fits none'
        : 'must fit exactly one of the alternatives; it fits several';
    default:
      return `${error.message ?? `fails \`${error.keyword}\``}; found ${shown(error.data)}`;
  }
}

function unexpectedProperty(error: ErrorObject): string {
  const name = error.params.additionalProperty ?? error.params.unevaluatedProperty;
  const properties: unknown = error.parentSchema?.properties;
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const allowed = names.length === 0 ? '' : `; allowed are ${names.map(each => `\`${each}\``).join(', ')}`;
  return `has the unexpected property \`${name}\`${allowed}`;
}

function typeNames(type: unknown): string {
  return Array.isArray(type) ? type.join(' or ') : String(type);
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map(value => JSON.stringify(value)).join(', ') : shown(values);
}

/** A value cut short enough for one line. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
