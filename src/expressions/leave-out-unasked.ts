import type { JsonSchema, JsonValue } from '../model/json.ts';
import { type CoercedValue, coerceValue } from './coerce-value.ts';
import { schemaMismatches } from './validate-value.ts';

/** More than a model adds by mistake; beyond that it has answered another question. */
const MOST_LEFT_OUT = 16;

/**
 * Leaves out of a value the properties that its schema does not have, when it fits without them; each is named. Loses
 * what was said there, so it is only for an answer that the model did not mend when it was asked. Undefined when the
 * value still does not fit: what is missing is never made up. Does not change its argument. Deterministic.
 */
export function leaveOutUnasked(schema: JsonSchema, value: JsonValue): CoercedValue | undefined {
  let current = value;
  const repairs: string[] = [];
  for (let count = 0; count <= MOST_LEFT_OUT; count += 1) {
    const fit = coerceValue(schema, current);
    if (fit !== undefined) return { value: fit.value, repairs: [...repairs, ...fit.repairs] };
    const unasked = schemaMismatches(schema, current).find(
      ({ keyword }) => keyword === 'additionalProperties',
    );
    if (unasked === undefined) return undefined;
    const path = [
      ...unasked.path.split('/').slice(1).map(readKey),
      String(unasked.params.additionalProperty),
    ];
    current = without(current, path);
    repairs.push(`left out \`${unasked.path}/${path.at(-1)}\`, which the schema does not have`);
  }
  return undefined;
}

function without(value: JsonValue, [key, ...rest]: readonly string[]): JsonValue {
  if (value === null || typeof value !== 'object' || key === undefined) return value;
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === key ? without(item, rest) : item));
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, item]) => [name, name === key ? without(item, rest) : item]));
}

function readKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
