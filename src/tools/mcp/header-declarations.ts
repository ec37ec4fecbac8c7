import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isObject } from './json-depth.ts';

const DECLARATION = 'x-mcp-header';
/** A token of RFC 9110. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/**
 * Why the arguments that a tool wants repeated as HTTP headers (`x-mcp-header`, revision 2026-07-28) are declared wrongly;
 * undefined when they are not, or when there are none. They may stand only on primitive properties that `properties` alone
 * leads to, and no two may have one name. Pure.
 */
export function headerProblem(schema: JsonObject): string | undefined {
  const names = new Set<string>();
  const visit = (part: JsonValue | undefined, allowed: boolean): string | undefined => {
    if (Array.isArray(part)) return firstOf(part, one => visit(one, false));
    if (!isObject(part)) return undefined;
    const own = Object.hasOwn(part, DECLARATION) ? declarationProblem(part, allowed, names) : undefined;
    if (own !== undefined) return own;
    return firstOf(Object.entries(part), ([key, value]) => {
      if (key === 'properties' && isObject(value)) {
        const reachable = allowed || part === schema;
        return firstOf(Object.values(value), one => visit(one, reachable));
      }
      return VALUES.has(key) ? undefined : visit(value, false);
    });
  };
  return visit(schema, false);
}

/** Keywords that hold values and not schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples', DECLARATION]);

function declarationProblem(part: JsonObject, allowed: boolean, names: Set<string>): string | undefined {
  const name = part[DECLARATION];
  if (!allowed) return `its \`inputSchema\` has \`${DECLARATION}\` where it may not stand`;
  if (typeof name !== 'string' || !TOKEN.test(name)) return `its \`${DECLARATION}\` is no name of a header`;
  if (!TYPES.has(part.type))
    return `its \`${DECLARATION}\` stands on what is neither text, a whole number nor a yes or no`;
  const same = name.toLowerCase();
  if (names.has(same)) return `its \`${DECLARATION}\` has one name twice`;
  names.add(same);
  return undefined;
}

function firstOf<Item>(
  items: readonly Item[],
  problemOf: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
