import type { JsonObject, JsonSchema, JsonValue } from '../../../src/model/json.ts';
import type { Dice } from './dice.ts';

const WORDS = ['', 'x', 'rain', 'a longer text with words', 'src/a.ts', 'HEAD~1', 'é ✓', '{{ run.id }}', '0'];
const NUMBERS = [0, 1, 2, 3, 7, -1, 1.5, 1e9];

/** A value that mostly fits a schema; keywords that are rare in crews are left to luck. */
export function fittingValue(
  schema: JsonSchema,
  dice: Dice,
  root: JsonSchema = schema,
  depth = 0,
): JsonValue {
  if (typeof schema === 'boolean') return dice.pick([null, true, 'any', 3, {}]);
  const inside = (part: JsonValue | undefined): JsonValue =>
    fittingValue((part ?? true) as JsonSchema, dice, root, depth + 1);
  if (depth > 12) return null;
  if (typeof schema.$ref === 'string') return inside(found(root, schema.$ref));
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return dice.pick(schema.enum);
  for (const word of ['oneOf', 'anyOf'] as const) {
    const choices = schema[word];
    if (Array.isArray(choices)) return inside(dice.pick(choices));
  }
  const type = Array.isArray(schema.type) ? dice.pick(schema.type) : (schema.type ?? typeGuess(schema));
  switch (type) {
    case 'object':
      return fittingObject(schema, dice, inside, depth);
    case 'array':
      return fittingList(schema, dice, inside, depth);
    case 'string':
      return fittingText(schema, dice);
    case 'integer':
    case 'number':
      return fittingNumber(schema, dice, type);
    case 'boolean':
      return dice.chance(0.5);
    case 'null':
      return null;
    default:
      return dice.pick<JsonValue>(['any', 1, true, ['list'], { key: 'value' }]);
  }
}

/** The same with one thing about it that is likely to be wrong. */
export function misfittingValue(schema: JsonSchema, dice: Dice): JsonValue {
  const value = fittingValue(schema, dice);
  return spoil(value, dice);
}

function spoil(value: JsonValue, dice: Dice): JsonValue {
  if (value === null || typeof value !== 'object')
    return dice.pick<JsonValue>([null, [], {}, '', -1e300, 'x']);
  if (Array.isArray(value)) {
    if (value.length > 0 && dice.chance(0.5))
      return value.map(one => (dice.chance(0.5) ? spoil(one, dice) : one));
    return dice.pick<JsonValue>([
      null,
      {},
      [...value, null],
      Array.from({ length: 300 }, () => value[0] ?? 1),
    ]);
  }
  const keys = Object.keys(value);
  const key = keys.length === 0 ? 'more' : dice.pick(keys);
  const rest = Object.entries(value as JsonObject).filter(([name]) => name !== key);
  if (dice.chance(0.4)) return Object.fromEntries(rest);
  if (dice.chance(0.3))
    return { ...(value as JsonObject), [dice.pick(['more', '__proto__x', 'constructor'])]: 1 };
  return { ...(value as JsonObject), [key]: spoil((value as JsonObject)[key] ?? null, dice) };
}

function found(root: JsonSchema, reference: string): JsonValue {
  const steps = reference.split('/').slice(1);
  return steps.reduce<JsonValue>((at, step) => (at as JsonObject | null)?.[step] ?? true, root as JsonValue);
}

function typeGuess(schema: JsonObject): string {
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  return schema.items === undefined ? 'any' : 'array';
}

type Inside = (part: JsonValue | undefined) => JsonValue;

function fittingObject(schema: JsonObject, dice: Dice, inside: Inside, depth: number): JsonObject {
  const properties = (schema.properties ?? {}) as JsonObject;
  const required = new Set((schema.required ?? []) as readonly string[]);
  const names = new Set([...Object.keys(properties), ...required]);
  const rows = [...names]
    .filter(name => required.has(name) || (depth < 4 && dice.chance(0.5)))
    .map(name => [name, inside(properties[name])] as const);
  return Object.fromEntries(rows);
}

function fittingList(schema: JsonObject, dice: Dice, inside: Inside, depth: number): JsonValue {
  const least = Number(schema.minItems ?? 0);
  const most = Math.max(least, Math.min(Number(schema.maxItems ?? 99), least + (depth > 4 ? 1 : 3)));
  const length = least + dice.below(most - least + 1);
  return Array.from({ length }, () => inside(schema.items));
}

function fittingText(schema: JsonObject, dice: Dice): string {
  const least = Number(schema.minLength ?? 0);
  const most = Number(schema.maxLength ?? 10_000);
  const pattern = typeof schema.pattern === 'string' ? new RegExp(schema.pattern, 'u') : /(?:)/;
  for (let go = 0; go < 4; go += 1) {
    const word = dice.pick(WORDS).padEnd(least, 'x').slice(0, most);
    if (pattern.test(word)) return word;
  }
  const more = ['P0-1', 'R1', 'a', 'abcdef0', 'a.b', '2026-01-02', '#1', 'file.ts:1'];
  return more.find(word => pattern.test(word)) ?? 'x'.padEnd(least, 'x');
}

function fittingNumber(schema: JsonObject, dice: Dice, type: string): number {
  const least = Number(schema.minimum ?? Number.NEGATIVE_INFINITY);
  const most = Number(schema.maximum ?? Number.POSITIVE_INFINITY);
  const number = Math.min(most, Math.max(least, dice.pick(NUMBERS)));
  return type === 'integer' ? Math.trunc(number) : number;
}
