import type { JsonValue } from './json.ts';

/**
 * The one text of a JSON value that hashes are made of: keys sorted by UTF-16 units, no spaces. A number that is too large for
 * a double, which RFC 8785 has no form for, is `1e999`, so that it is not the same as `null`. Pure. Source: RFC 8785 §3.2.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  if (value === Number.NEGATIVE_INFINITY) return '-1e999';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item)).join(',')}]`;
  const object = value as { readonly [key: string]: JsonValue };
  const members = Object.keys(object)
    .filter(key => object[key] !== undefined)
    .toSorted()
    .map(key => `${JSON.stringify(key)}:${canonicalJson(object[key] as JsonValue)}`);
  return `{${members.join(',')}}`;
}
