import type { JsonSchema, JsonValue } from '../model/json.ts';
import { type SchemaMismatch, schemaMismatches, validateValue } from './validate-value.ts';

/** A value that fits, and what was done to it; `repairs` is empty when it fitted as it was. */
export interface CoercedValue {
  readonly value: JsonValue;
  readonly repairs: readonly string[];
}

/** Each round mends at most a thousand places, or one level more of a value that was nested in text. */
const MAX_ROUNDS = 16;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Mends the types of a value where nothing is lost by it: `"3"` → 3, `"true"` → true, 3 → `"3"`, one value → a list of
 * one, a list of one → its item, JSON in text → the value, another case of an enum's text, an optional null left out.
 * Undefined when the value still does not fit. Each change is named. Does not change its argument. Deterministic.
 */
export function coerceValue(schema: JsonSchema, value: JsonValue): CoercedValue | undefined {
  let current = value;
  const repairs: string[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const mismatches = schemaMismatches(schema, current);
    if (mismatches.length === 0) return { value: current, repairs };
    const before = repairs.length;
    const mended = new Set<string>();
    for (const mismatch of mismatches) {
      // A second reason for the same place often belongs to another alternative of `anyOf`.
      if (mended.has(mismatch.path)) continue;
      const change = mend(schema, current, mismatch);
      if (change === undefined) continue;
      current = change.value;
      repairs.push(change.repair);
      mended.add(mismatch.path);
    }
    if (repairs.length === before) return undefined;
  }
  return validateValue(schema, current).length === 0 ? { value: current, repairs } : undefined;
}

interface Change {
  readonly value: JsonValue;
  readonly repair: string;
}

function mend(schema: JsonSchema, root: JsonValue, mismatch: SchemaMismatch): Change | undefined {
  const keys = pointerKeys(mismatch.path);
  const found = valueAt(root, keys);
  if (found === undefined) return undefined;
  if (found === null) return leaveOut(schema, root, keys, mismatch);
  const mended = mendedValue(found, mismatch);
  if (mended === undefined) return undefined;
  const place = mismatch.path === '' ? 'the value' : `\`${mismatch.path}\``;
  const repair = `read ${place} as ${brief(mended)} where it was ${brief(found)}`;
  return { value: withValueAt(root, keys, mended), repair };
}

function mendedValue(found: JsonValue, mismatch: SchemaMismatch): JsonValue | undefined {
  if (mismatch.keyword === 'enum') return enumValue(found, mismatch.params.allowedValues);
  if (mismatch.keyword !== 'type') return undefined;
  const types = [mismatch.params.type].flat();
  for (const type of types) {
    const mended = converted(found, String(type));
    if (mended !== undefined) return mended;
  }
  return undefined;
}

function converted(found: JsonValue, type: string): JsonValue | undefined {
  if (type === 'array') return typeof found === 'string' ? (parsedText(found, isList) ?? [found]) : [found];
  if (isList(found)) return found.length === 1 ? found[0] : undefined;
  if (type === 'string') return typeof found === 'object' ? undefined : String(found);
  if (typeof found !== 'string') return undefined;
  const text = found.trim();
  if (type === 'object') return parsedText(text, value => typeof value === 'object' && !isList(value));
  if (type === 'boolean') return booleanOf(text);
  if ((type === 'number' || type === 'integer') && NUMBER.test(text)) return exactNumber(text);
  return undefined;
}

/** Only a number that prints as it was written, or a fraction: digits beyond what a number holds would be lost. */
function exactNumber(text: string): number | undefined {
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? undefined : number;
}

function booleanOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : undefined;
}

function parsedText(text: string, fits: (value: JsonValue) => boolean): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return value !== null && fits(value) ? value : undefined;
  } catch {
    // Text that is not JSON stays text: the caller goes on with that.
    return undefined;
  }
}

function enumValue(found: JsonValue, allowed: unknown): JsonValue | undefined {
  if (!Array.isArray(allowed) || typeof found === 'object') return undefined;
  const word = String(found).trim().toLowerCase();
  const matches = (allowed as JsonValue[]).filter(each => String(each).toLowerCase() === word);
  return matches.length === 1 ? matches[0] : undefined;
}

/** A null where none is allowed means "absent", if its owner fits without it. */
function leaveOut(
  schema: JsonSchema,
  root: JsonValue,
  keys: readonly string[],
  mismatch: SchemaMismatch,
): Change | undefined {
  const name = keys.at(-1);
  if (name === undefined || !['type', 'enum', 'const', 'anyOf', 'oneOf'].includes(mismatch.keyword))
    return undefined;
  const owner = valueAt(root, keys.slice(0, -1));
  if (owner === undefined || owner === null || typeof owner !== 'object' || isList(owner)) return undefined;
  const rest = Object.fromEntries(Object.entries(owner).filter(([key]) => key !== name));
  const value = withValueAt(root, keys.slice(0, -1), rest);
  const ownerPath = mismatch.path.slice(0, mismatch.path.lastIndexOf('/'));
  const isRequired = schemaMismatches(schema, value).some(
    other => other.path === ownerPath && other.params.missingProperty === name,
  );
  return isRequired ? undefined : { value, repair: `left out \`${mismatch.path}\`, which was null` };
}

function pointerKeys(path: string): readonly string[] {
  const keys = path.split('/').slice(1);
  return keys.map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(value: JsonValue, keys: readonly string[]): JsonValue | undefined {
  let current: JsonValue = value;
  for (const key of keys) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return undefined;
    const next: JsonValue | undefined = isList(current) ? current[Number(key)] : current[key];
    if (next === undefined) return undefined;
    current = next;
  }
  return current;
}

function withValueAt(root: JsonValue, keys: readonly string[], value: JsonValue): JsonValue {
  const [key, ...rest] = keys;
  if (key === undefined || root === null || typeof root !== 'object') return value;
  if (isList(root)) {
    return root.map((item, index) => (index === Number(key) ? withValueAt(item, rest, value) : item));
  }
  return Object.fromEntries(
    Object.entries(root).map(([name, item]) => [name, name === key ? withValueAt(item, rest, value) : item]),
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function brief(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
