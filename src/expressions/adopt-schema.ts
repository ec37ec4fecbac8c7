import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { isQuickPattern } from './quick-pattern.ts';

const MOST_SCHEMAS = 5_000;
const DEEPEST = 64;

/** Drafts whose meaning is known; a `$ref` of the earlier ones stands alone. */
const DIALECTS = new Map([
  ['http://json-schema.org/draft-04/schema', 'early'],
  ['http://json-schema.org/draft-06/schema', 'early'],
  ['http://json-schema.org/draft-07/schema', 'early'],
  ['https://json-schema.org/draft/2019-09/schema', 'late'],
  ['https://json-schema.org/draft/2020-12/schema', 'late'],
]);

const PLAIN = new Set(
  `type enum const multipleOf maximum minimum exclusiveMaximum exclusiveMinimum maxLength minLength maxItems minItems
   maxContains minContains maxProperties minProperties required dependentRequired`.split(/\s+/),
);
const ONE = new Set(
  `additionalProperties unevaluatedProperties unevaluatedItems items contains propertyNames not if then else`.split(
    ' ',
  ),
);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const MAPS = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);

/** What a foreign schema became, or why no value can be held against it. */
export type AdoptedSchema =
  | { readonly schema: JsonSchema; readonly problem?: never }
  | { readonly problem: string; readonly schema?: never };

/** Stops an adoption; the message is why. */
class NotAdopted extends Error {}

interface Adoption {
  readonly early: boolean;
  readonly id: string | undefined;
  readonly count: { left: number };
  readonly depth: number;
}

/**
 * Makes of a schema that nobody vouches for one of draft 2020-12 that can be compiled without harm: drafts 4 to 2019-09
 * are translated, what is no keyword is left out, and so is what only says more than a check needs or could be made to
 * last for ever (`format`, `uniqueItems`, patterns that backtrack). It lets through all that the foreign one does, and
 * more: the server judges too. Says why not for other dialects, references out of the schema, and more than 5,000 schemas
 * or 64 levels. Pure; never throws.
 */
export function adoptSchema(foreign: JsonSchema): AdoptedSchema {
  if (typeof foreign === 'boolean') return { schema: foreign };
  const dialect = foreign.$schema ?? 'https://json-schema.org/draft/2020-12/schema';
  const draft = typeof dialect === 'string' ? DIALECTS.get(dialect.replace(/#$/, '')) : undefined;
  if (draft === undefined)
    return { problem: `its dialect ${JSON.stringify(dialect).slice(0, 100)} is not known` };
  const id = foreign.$id ?? foreign.id;
  const own = typeof id === 'string' ? id.replace(/#$/, '') : undefined;
  try {
    const adoption = { early: draft === 'early', id: own, count: { left: MOST_SCHEMAS }, depth: 0 };
    return { schema: adopt(foreign, adoption) };
  } catch (error) {
    if (error instanceof NotAdopted) return { problem: error.message };
    throw error;
  }
}

function adopt(value: JsonValue | undefined, around: Adoption): JsonSchema {
  around.count.left -= 1;
  if (around.count.left < 0 || around.depth > DEEPEST) {
    throw new NotAdopted(`it has more than ${MOST_SCHEMAS} parts or ${DEEPEST} levels`);
  }
  if (typeof value === 'boolean') return value;
  if (!isObject(value)) throw new NotAdopted('a part of it is neither a mapping nor true or false');
  const inside = { ...around, depth: around.depth + 1 };
  const rows = Object.entries(value).flatMap(([key, one]) => adoptKeyword(key, one, inside));
  const adopted: JsonObject = Object.fromEntries(rows);
  if (typeof value.$ref === 'string') {
    const reference = { $ref: innerReference(value.$ref, around) };
    // Definitions beside a reference are what it leads to.
    return around.early ? { ...onlyDefinitions(adopted), ...reference } : { ...adopted, ...reference };
  }
  return orNull(value, loosened(value, adopted));
}

type Row = readonly [string, JsonValue];

function adoptKeyword(key: string, value: JsonValue, inside: Adoption): readonly Row[] {
  if (key === 'pattern') return typeof value === 'string' && isQuickPattern(value) ? [[key, value]] : [];
  if (key === 'items' && Array.isArray(value)) return [['prefixItems', adoptList(value, inside)]];
  if (key === 'additionalItems') return [['items', adopt(value, inside)]];
  // Before draft 6 these were switches beside the limit.
  if ((key === 'exclusiveMinimum' || key === 'exclusiveMaximum') && typeof value === 'boolean') return [];
  if (PLAIN.has(key)) return [[key, value]];
  if (ONE.has(key)) return [[key, adopt(value, inside)]];
  if (LISTS.has(key)) return [[key, adoptList(value, inside)]];
  if (MAPS.has(key)) return [[key, adoptMap(value, inside)]];
  return key === 'dependencies' ? adoptDependencies(value, inside) : [];
}

function adoptList(value: JsonValue, inside: Adoption): JsonValue {
  if (!Array.isArray(value)) throw new NotAdopted('a list of schemas in it is no list');
  return value.map(one => adopt(one, inside));
}

function adoptMap(value: JsonValue, inside: Adoption): JsonValue {
  if (!isObject(value)) throw new NotAdopted('a mapping of schemas in it is no mapping');
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, adopt(one, inside)]));
}

function adoptDependencies(value: JsonValue, inside: Adoption): readonly Row[] {
  const rows = isObject(value) ? Object.entries(value) : [];
  const required = rows.filter(([, one]) => Array.isArray(one));
  const schemas = rows.filter(([, one]) => !Array.isArray(one));
  return [
    ['dependentRequired', Object.fromEntries(required)],
    ['dependentSchemas', adoptMap(Object.fromEntries(schemas), inside)],
  ];
}

/** Patterns of names are not looked at, so what they would have let through is let through. */
function loosened(foreign: JsonObject, adopted: JsonObject): JsonObject {
  if (foreign.patternProperties === undefined) return adopted;
  const { additionalProperties: _others, unevaluatedProperties: _rest, ...open } = adopted;
  return open;
}

/** `nullable` of OpenAPI. */
function orNull(foreign: JsonObject, adopted: JsonObject): JsonObject {
  return foreign.nullable === true ? { anyOf: [{ type: 'null' }, adopted] } : adopted;
}

function onlyDefinitions({ $defs, definitions }: JsonObject): JsonObject {
  return { ...($defs === undefined ? {} : { $defs }), ...(definitions === undefined ? {} : { definitions }) };
}

function innerReference(target: string, { id }: Adoption): string {
  const inner = id !== undefined && target.startsWith(`${id}#`) ? target.slice(id.length) : target;
  if (inner === '#' || inner.startsWith('#/')) return inner;
  throw new NotAdopted(`it refers to ${JSON.stringify(target.slice(0, 100))}, which is not inside it`);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
