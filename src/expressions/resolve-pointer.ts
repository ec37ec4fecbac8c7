import type { JsonObject, JsonValue } from '../model/json.ts';

/** What a reference into the same document (`#`, `#/$defs/row`) points at; undefined for any other reference, and where nothing is. Pure. */
export function resolvePointer(reference: string, root: JsonValue): JsonValue | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  let part: JsonValue | undefined = root;
  for (const step of reference.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(part)) part = part[Number(key)];
    else part = isObject(part) && Object.hasOwn(part, key) ? part[key] : undefined;
  }
  return part;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
