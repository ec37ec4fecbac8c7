import { pathsRead } from '../../expressions/paths-read.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

/** The inputs, and the artifacts that a template reads, by name and in the order of reading. Pure. */
export function valuesRead(template: string, scope: JsonObject): JsonObject {
  const roots = pathsRead(template, 'text').map(path => String(path[0]));
  const values: [string, JsonValue][] = [];
  for (const root of new Set(['inputs', ...roots])) {
    const value = Object.hasOwn(scope, root) ? scope[root] : undefined;
    if (value !== undefined && root !== 'run' && root !== 'visit') values.push([root, value]);
  }
  return Object.fromEntries(values);
}
