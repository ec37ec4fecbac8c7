import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import {
  canonicalJson,
  fitsSchema,
  isList,
  isObject,
  ownValue,
  propertySchemas,
  requiredNames,
  resolveSchema,
  schemaTypes,
} from './schema-fit.ts';

/** Where an artifact is made from: objects looked through in groups; a later group only when an earlier has nothing. */
export interface ArtifactSources {
  readonly groups: readonly (readonly JsonValue[])[];
  /** An extractive summary of at most so many characters. */
  readonly summary: (maxLength: number) => string;
  /** What people should know: failed tools and the like. */
  readonly remarks: readonly string[];
}

const MAX_DEPTH = 12;
const DEFAULT_MAX_TEXT = 1_000;
const REMARK_LISTS = new Set(['notes', 'notices', 'remarks', 'warnings']);

interface Building {
  readonly root: JsonSchema;
  readonly sources: ArtifactSources;
  readonly remarks: string[];
}

/** A value and whether any of it came from the sources. */
interface Built {
  readonly value: JsonValue;
  readonly isSourced: boolean;
}

/**
 * Makes a value for a schema out of what is there: each property takes the values of the same name in the sources
 * (lists are joined, equal items once), else its `const` or `default`, else the emptiest value of its type; text that
 * has no source is an extract. Optional properties without a source are left out. Lists named `notes`, `notices`,
 * `remarks` or `warnings` also get the remarks. Pure. The result may break a schema that asks for more than is there.
 */
export function buildArtifact(schema: JsonSchema, sources: ArtifactSources): JsonValue {
  const building: Building = { root: schema, sources, remarks: [...sources.remarks] };
  const resolved = resolveSchema(schema, schema);
  const { value } =
    schemaTypes(resolved)[0] === 'array' ? rootList(resolved, building) : build(resolved, building, 0);
  return isObject(value) ? withRemarks(value, resolved, building) : value;
}

/** A list as the whole artifact: the lists of the sources, or those lists inside them whose items fit. */
function rootList(schema: JsonObject, building: Building): Built {
  for (const group of building.sources.groups) {
    const whole = group.filter(isList);
    const inside = group.filter(isObject).flatMap(object => Object.values(object).filter(isList));
    const items = joinedLists(whole.length > 0 ? whole : inside, schema, building, '');
    if (items.length > 0) return { value: items, isSourced: true };
  }
  return { value: [], isSourced: false };
}

function build(schema: JsonObject, building: Building, depth: number, name = ''): Built {
  const unsourced = (value: JsonValue): Built => ({ value, isSourced: false });
  if (schema.const !== undefined) return unsourced(schema.const);
  if (schema.default !== undefined) return unsourced(schema.default);
  if (isList(schema.enum)) {
    const [first = null] = schema.enum;
    const shown = name === '' ? 'The answer' : `\`${name}\``;
    building.remarks.push(
      `${shown} is ${JSON.stringify(first)} because it is the first allowed value, not by judgement.`,
    );
    return unsourced(first);
  }
  const types = schemaTypes(schema);
  if (types.includes('null')) return unsourced(null);
  const alternative = firstAlternative(schema, building.root);
  if (alternative !== undefined) {
    return types.length === 0 ? build(alternative, building, depth, name) : unsourced(null);
  }
  switch (types[0] ?? (schema.properties === undefined ? 'string' : 'object')) {
    case 'object':
      return buildObject(schema, building, depth);
    case 'array':
      return unsourced([]);
    case 'boolean':
      return unsourced(false);
    case 'integer':
    case 'number':
      return unsourced(leastNumber(schema));
    default:
      return unsourced(summaryText(schema, building));
  }
}

function firstAlternative(schema: JsonObject, root: JsonSchema): JsonObject | undefined {
  const alternatives = [schema.anyOf, schema.oneOf].find(isList) ?? [];
  const resolved = alternatives.map(each => resolveSchema(each, root));
  return resolved.find(each => schemaTypes(each).includes('null')) ?? resolved[0];
}

function buildObject(schema: JsonObject, building: Building, depth: number): Built {
  const required = requiredNames(schema);
  const entries: [string, JsonValue][] = [];
  let isSourced = false;
  for (const [name, property] of Object.entries(propertySchemas(schema))) {
    const resolved = resolveSchema(property, building.root);
    const built = sourced(name, resolved, building) ?? deeper(name, resolved, building, { depth, required });
    if (built === undefined) continue;
    isSourced ||= built.isSourced;
    entries.push([name, built.value]);
  }
  return { value: Object.fromEntries(entries), isSourced };
}

/** A property that no source has by its name: made when it is required, or when something inside it has a source. */
function deeper(
  name: string,
  schema: JsonObject,
  building: Building,
  place: { readonly depth: number; readonly required: readonly string[] },
): Built | undefined {
  const isRequired = place.required.includes(name);
  const isObjectSchema = schemaTypes(schema).includes('object') || schema.properties !== undefined;
  if (!isRequired && (!isObjectSchema || place.depth >= MAX_DEPTH)) return undefined;
  if (place.depth >= MAX_DEPTH) return { value: null, isSourced: false };
  const remarksBefore = building.remarks.length;
  const built = build(schema, building, place.depth + 1, name);
  if (isRequired || built.isSourced) return built;
  building.remarks.length = remarksBefore;
  return undefined;
}

/** The values of this name in the first group of sources that has any that fits. */
function sourced(name: string, schema: JsonObject, building: Building): Built | undefined {
  for (const group of building.sources.groups) {
    const whole = group.filter(isObject).flatMap(object => {
      const value = ownValue(object, name);
      return value === undefined ? [] : [value];
    });
    const lists = whole.filter(isList);
    if (lists.length > 0 && acceptsLists(schema, building.root)) {
      return { value: joinedLists(lists, schema, building, name), isSourced: true };
    }
    for (const value of whole) {
      const cut = projected(value, schema, building.root);
      if (fitsSchema(cut, schema, building.root)) return { value: cut, isSourced: true };
    }
  }
  return undefined;
}

function acceptsLists(schema: JsonObject, root: JsonSchema): boolean {
  const types = schemaTypes(schema);
  if (types.length > 0) return types.includes('array');
  return schema.items !== undefined || fitsSchema([], schema, root);
}

/** Lists after one another, equal items (the same `id`, or the same JSON) once, cut down to what the schema allows. */
function joinedLists(
  lists: readonly (readonly JsonValue[])[],
  schema: JsonObject,
  building: Building,
  name: string,
): readonly JsonValue[] {
  const items = new Map<string, JsonValue>();
  let misfits = 0;
  for (const item of lists.flat()) {
    const cut = projected(item, resolveSchema(schema.items, building.root), building.root);
    if (fitsSchema(cut, schema.items, building.root))
      items.set(identity(cut), items.get(identity(cut)) ?? cut);
    else misfits += 1;
  }
  const most = typeof schema.maxItems === 'number' ? schema.maxItems : items.size;
  const list = name === '' ? 'The list' : `\`${name}\``;
  if (misfits > 0) building.remarks.push(`${list}: ${misfits} did not fit the schema and were left out.`);
  if (items.size > most)
    building.remarks.push(`${list}: ${items.size - most} were over the limit and were left out.`);
  return [...items.values()].slice(0, most);
}

function identity(item: JsonValue): string {
  const id = isObject(item) ? ownValue(item, 'id') : undefined;
  return typeof id === 'string' ? `id ${id}` : canonicalJson(item);
}

/** A value without the properties that its schema does not allow, however deep. */
function projected(value: JsonValue, schema: JsonObject, root: JsonSchema, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) return value;
  if (isList(value)) {
    const items = resolveSchema(schema.items, root);
    return value.map(item => projected(item, items, root, depth + 1));
  }
  if (!isObject(value)) return value;
  const properties = propertySchemas(schema);
  const kept = Object.entries(value).filter(
    ([name]) => schema.additionalProperties !== false || Object.hasOwn(properties, name),
  );
  return Object.fromEntries(
    kept.map(([name, item]) => [
      name,
      projected(item, resolveSchema(ownValue(properties, name), root), root, depth + 1),
    ]),
  );
}

function leastNumber(schema: JsonObject): number {
  const { minimum, exclusiveMinimum, maximum } = schema;
  if (typeof minimum === 'number') return schema.type === 'integer' ? Math.ceil(minimum) : minimum;
  if (typeof exclusiveMinimum === 'number') return Math.floor(exclusiveMinimum) + 1;
  return typeof maximum === 'number' ? Math.min(0, Math.floor(maximum)) : 0;
}

function summaryText(schema: JsonObject, building: Building): string {
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : DEFAULT_MAX_TEXT;
  return building.sources.summary(most);
}

/** Puts the remarks where the schema has a list for them, at the top level. */
function withRemarks(value: JsonObject, schema: JsonObject, building: Building): JsonObject {
  if (building.remarks.length === 0) return value;
  for (const [name, property] of Object.entries(propertySchemas(schema))) {
    const resolved = resolveSchema(property, building.root);
    if (!REMARK_LISTS.has(name) || !fitsSchema([''], resolved, building.root)) continue;
    const before = ownValue(value, name);
    const lines = [...(isList(before) ? before : []), ...building.remarks];
    return {
      ...value,
      [name]: typeof resolved.maxItems === 'number' ? lines.slice(0, resolved.maxItems) : lines,
    };
  }
  return value;
}
