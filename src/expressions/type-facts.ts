import { type Alternative, isUnclear, type ValueType, withoutNull } from './value-type.ts';

export type Constant = string | number | boolean;

/** What a condition has settled about one path. */
export interface Fact {
  /** It was read without failing, so it is there, though it may be null. */
  readonly defined?: boolean;
  /** It is there and not null. */
  readonly present?: boolean;
  /** It is null, false or, where that is allowed, absent. */
  readonly falsy?: boolean;
  /** It is one of these. */
  readonly values?: readonly Constant[];
  /** It is none of these. */
  readonly excluded?: readonly Constant[];
  readonly above?: Limit;
  readonly below?: Limit;
}

/** A limit of a number; an open one does not reach it. */
export interface Limit {
  readonly at: number;
  readonly open: boolean;
}

/** What is settled, by the key of the path (`pathKey`). */
export type Facts = ReadonlyMap<string, Fact>;

/** Nothing is settled. */
export const NO_FACTS: Facts = new Map();

/** The key of a path whose first part is its root. Pure. */
export function pathKey(path: readonly (string | number)[]): string {
  return path.map(part => JSON.stringify(String(part))).join('.');
}

/** Both sets of facts at once. Pure. */
export function joinFacts(left: Facts, right: Facts): Facts {
  if (right.size === 0) return left;
  const joined = new Map(left);
  for (const [key, fact] of right) joined.set(key, bothFacts(joined.get(key), fact));
  return joined;
}

function bothFacts(left: Fact | undefined, right: Fact): Fact {
  if (left === undefined) return right;
  const values = left.values && right.values?.filter(value => left.values?.includes(value));
  const excluded = [...(left.excluded ?? []), ...(right.excluded ?? [])];
  const above = tighter(left.above, right.above, (a, b) => a > b);
  const below = tighter(left.below, right.below, (a, b) => a < b);
  return {
    ...left,
    ...right,
    ...(values ? { values } : {}),
    ...(excluded.length > 0 ? { excluded } : {}),
    ...(above ? { above } : {}),
    ...(below ? { below } : {}),
  };
}

function tighter(
  left: Limit | undefined,
  right: Limit | undefined,
  wins: (a: number, b: number) => boolean,
): Limit | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (left.at === right.at) return left.open ? left : right;
  return wins(left.at, right.at) ? left : right;
}

/** What holds whichever of several sets of facts does. Pure. */
export function commonFacts(sets: readonly Facts[]): Facts {
  const [first, ...others] = sets;
  if (first === undefined) return NO_FACTS;
  const common = new Map<string, Fact>();
  for (const [key, fact] of first) {
    let met: Fact | undefined = fact;
    for (const other of others) met = met && commonFact(met, other.get(key));
    if (met && Object.keys(met).length > 0) common.set(key, met);
  }
  return common;
}

function commonFact(left: Fact, right: Fact | undefined): Fact | undefined {
  if (right === undefined) return undefined;
  const { values: allowed } = right;
  const values = left.values && allowed && [...new Set([...left.values, ...allowed])];
  const excluded = left.excluded?.filter(value => right.excluded?.includes(value)) ?? [];
  return {
    ...(left.defined && right.defined ? { defined: true } : {}),
    ...(left.present && right.present ? { present: true } : {}),
    ...(left.falsy && right.falsy ? { falsy: true } : {}),
    ...(values ? { values } : {}),
    ...(excluded.length > 0 ? { excluded } : {}),
  };
}

/** Facts without those of paths below the given roots. Pure. */
export function forgetRoots(facts: Facts, roots: (root: string) => boolean): Facts {
  return new Map([...facts].filter(([key]) => !roots(rootOf(key))));
}

function rootOf(key: string): string {
  const end = key.indexOf('".');
  return JSON.parse(end === -1 ? key : key.slice(0, end + 1));
}

/** What is left of a type when a fact about its value holds. Pure. */
export function narrowType(type: ValueType, fact: Fact | undefined): ValueType {
  if (fact === undefined || isUnclear(type)) return type;
  const present = fact.present === true ? withoutNull(type) : type;
  const left = present.flatMap(one => narrowOne(one, fact));
  return left.length === 0 ? present : left;
}

function narrowOne(one: Alternative, fact: Fact): Alternative[] {
  if (one.kind === 'string') {
    const values = keptValues(one.values ?? textsOf(fact), fact);
    return values?.length === 0 ? [] : [values ? { ...one, values } : one];
  }
  if (one.kind === 'boolean') {
    const values = keptValues(one.values ?? [true, false], fact);
    return values?.length === 0 ? [] : [values ? { ...one, values } : one];
  }
  return [one];
}

function textsOf({ values }: Fact): readonly string[] | undefined {
  return values?.filter(value => typeof value === 'string');
}

function keptValues<T extends Constant>(
  values: readonly T[] | undefined,
  fact: Fact,
): readonly T[] | undefined {
  return values?.filter(value => {
    const allowed = fact.values === undefined || fact.values.includes(value);
    return allowed && !(fact.excluded ?? []).includes(value);
  });
}

/**
 * The alternatives of an object that facts about its fields leave open: of variants told apart by a constant field, only
 * those whose constant fits; of variants with and without a field that is there, only those with it. Pure.
 */
export function narrowVariants(type: ValueType, key: string, facts: Facts): ValueType {
  if (type.length < 2 || facts.size === 0) return type;
  const about = [...facts].flatMap(([path, fact]): [string, Fact][] => {
    if (!path.startsWith(`${key}.`)) return [];
    const rest = path.slice(key.length + 1);
    return /^"(?:[^"\\]|\\.)*"$/.test(rest) ? [[JSON.parse(rest), fact]] : [];
  });
  const left = type.filter(
    one => one.kind !== 'object' || about.every(([name, fact]) => fits(one, name, fact)),
  );
  return left.length === 0 ? type : left;
}

function fits(one: Extract<Alternative, { kind: 'object' }>, name: string, fact: Fact): boolean {
  const field = one.fields.get(name);
  if (field === undefined) return fact.present !== true || typeof one.rest === 'function';
  if (field.texts === undefined) return true;
  return keptValues(field.texts, fact)?.length !== 0;
}

/** Whether two sets of facts are the same. Pure. */
export function sameFacts(left: Facts, right: Facts): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [key, fact] of left) {
    const other = right.get(key);
    if (other === undefined || (other !== fact && JSON.stringify(other) !== JSON.stringify(fact)))
      return false;
  }
  return true;
}
