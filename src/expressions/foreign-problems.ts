import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { type AdoptedSchema, adoptSchema } from './adopt-schema.ts';
import { resolvePointer } from './resolve-pointer.ts';
import { type SchemaProblem, validateValue } from './validate-value.ts';

/** Pairs of a part of the schema and a part of the value that are looked at before a check is given up. */
const MOST_STEPS = 200_000;
const DEEPEST = 500;

const adopted = new WeakMap<object, AdoptedSchema>();

/**
 * Says why arguments do not fit a tool, as `validateValue`. The schema of an MCP server's tool is foreign: it is adopted
 * first, and a check that would take too long is a problem. Deterministic.
 * @see ./adopt-schema.ts
 */
export function argumentProblems(spec: ToolSpec, args: JsonObject): readonly SchemaProblem[] {
  if (spec.source !== 'mcp') return validateValue(spec.inputSchema, args);
  return foreignProblems(spec.inputSchema, args);
}

/** As `validateValue`, for a schema that nobody vouches for, such as that of an MCP server's results. Never throws. */
export function foreignProblems(schema: JsonSchema, value: JsonValue): readonly SchemaProblem[] {
  const { schema: own, problem } = adoptOnce(schema);
  if (own === undefined) return [{ path: '', message: `cannot be checked: of the schema, ${problem}` }];
  if (!endsSoon(own, value))
    return [{ path: '', message: 'cannot be checked: the schema needs too many steps' }];
  try {
    return validateValue(own, value);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ path: '', message: `cannot be checked: ${message}` }];
  }
}

function adoptOnce(schema: JsonSchema): AdoptedSchema {
  if (typeof schema === 'boolean') return { schema };
  const known = adopted.get(schema) ?? adoptSchema(schema);
  adopted.set(schema, known);
  return known;
}

/** Walks through schema and value as a validator does, which shows loops and references that multiply. */
function endsSoon(root: JsonSchema, value: JsonValue): boolean {
  let steps = MOST_STEPS;
  const visit = (schema: JsonValue | undefined, at: JsonValue, depth: number): boolean => {
    steps -= 1;
    if (steps < 0 || depth > DEEPEST) return false;
    if (!isObject(schema)) return true;
    const here = partsHere(schema, root).every(part => visit(part, at, depth + 1));
    if (!here || typeof at !== 'object' || at === null) return here;
    if (Array.isArray(at)) {
      return at.every((item, index) => itemParts(schema, index).every(part => visit(part, item, depth + 1)));
    }
    return Object.entries(at).every(([name, one]) =>
      fieldParts(schema, name).every(part => visit(part, one, depth + 1)),
    );
  };
  return visit(root, value, 0);
}

/** The schemas that look at the same value. */
function partsHere(schema: JsonObject, root: JsonValue): readonly (JsonValue | undefined)[] {
  const { $ref, not, if: condition, then: met, else: unmet, dependentSchemas } = schema;
  const lists = [schema.allOf, schema.anyOf, schema.oneOf].flatMap(list => (Array.isArray(list) ? list : []));
  const dependent = isObject(dependentSchemas) ? Object.values(dependentSchemas) : [];
  const target = typeof $ref === 'string' ? resolvePointer($ref, root) : undefined;
  return [target, not, condition, met, unmet, ...lists, ...dependent].filter(isObject);
}

function itemParts({ prefixItems, items, contains, unevaluatedItems }: JsonObject, index: number) {
  const own = Array.isArray(prefixItems) ? prefixItems[index] : undefined;
  return [own, items, contains, unevaluatedItems].filter(isObject);
}

function fieldParts(schema: JsonObject, name: string): readonly JsonValue[] {
  const { properties, additionalProperties, unevaluatedProperties } = schema;
  const own = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  return [own, additionalProperties, unevaluatedProperties].filter(isObject);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
