import { checkTemplate } from '../expressions/template-check.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/** Templates whose reads are kept; the oldest goes first. */
const MAX_KEPT = 512;
const rootsByTemplate = new Map<string, readonly string[]>();

/** The inputs, and the artifacts that a template reads, by name and in the order of reading. Pure. */
export function valuesRead(template: string, scope: JsonObject): JsonObject {
  const values: [string, JsonValue][] = [];
  for (const root of rootsOf(template)) {
    const value = Object.hasOwn(scope, root) ? scope[root] : undefined;
    if (value !== undefined && root !== 'run' && root !== 'visit') values.push([root, value]);
  }
  return Object.fromEntries(values);
}

/** A loop asks for the same few templates again and again, and reading one takes longer than rendering it. */
function rootsOf(template: string): readonly string[] {
  const known = rootsByTemplate.get(template);
  if (known !== undefined) return known;
  const read = checkTemplate(template, 'text').paths.map(path => String(path[0]));
  const roots = [...new Set(['inputs', ...read])];
  const oldest = rootsByTemplate.keys().next();
  if (rootsByTemplate.size >= MAX_KEPT && !oldest.done) rootsByTemplate.delete(oldest.value);
  rootsByTemplate.set(template, roots);
  return roots;
}
