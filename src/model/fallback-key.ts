/**
 * Where the models behind one alias stand in a run: the first under the alias, those that are tried after it under
 * `alias~2`, `alias~3`, … A key that says a model itself (`openai:gpt-5`, `role:lead`) has none after it.
 */

/** The key of the nth model of an alias, counted from 1. Pure. */
export function nthModelKey(alias: string, nth: number): string {
  return nth === 1 ? alias : `${alias}~${nth}`;
}

/** The key of the model that is tried after this one, whether or not there is one; undefined where none can be. Pure. */
export function nextModelKey(key: string): string | undefined {
  if (key.includes(':')) return undefined;
  const [alias = key, nth = '1'] = key.split('~');
  return nthModelKey(alias, Number(nth) + 1);
}

/** The key under which the first model of the same alias stands. Pure. */
export function firstModelKey(key: string): string {
  return key.includes(':') ? key : (key.split('~', 1)[0] ?? key);
}
