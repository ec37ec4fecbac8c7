/** Deeper values are refused; nobody means them, and a value inside itself has no end. */
const DEEPEST = 200;

/**
 * The JSON text of a value that foreign code returned, or what in it is no JSON, with its place. Strict where
 * `JSON.stringify` would lose something in silence: dates, maps, class instances, functions, NaN. A field that is
 * undefined is left out.
 */
export function jsonText(
  value: unknown,
): { readonly json: string } | { readonly problem: string; readonly at: string } {
  const found = findForeign(value, '', 0);
  return found ?? { json: JSON.stringify(value) };
}

interface Foreign {
  readonly problem: string;
  readonly at: string;
}

function findForeign(value: unknown, at: string, depth: number): Foreign | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { problem: `the number ${value}`, at };
  }
  if (typeof value !== 'object') return { problem: describe(value), at };
  if (depth >= DEEPEST) return { problem: `a value more than ${DEEPEST} levels deep`, at: '' };
  if (Array.isArray(value)) return findInList(value, at, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return { problem: instanceOf(prototype), at };
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const found = findForeign(field, `${at}.${key}`, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** By index: a hole in a list is no value either. */
function findInList(list: readonly unknown[], at: string, depth: number): Foreign | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = findForeign(list[index], `${at}[${index}]`, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : `a ${typeof value}`;
}

function instanceOf(prototype: unknown): string {
  const maker = (prototype as { readonly constructor?: unknown }).constructor;
  return typeof maker === 'function' && maker.name !== ''
    ? `a value of class ${maker.name}`
    : 'a value of a class';
}
