import type { JsonValue } from '../../src/model/json.ts';
import type { ArgumentMatcher, PolicyRule } from '../../src/model/policy.ts';
import type { ToolAnnotations } from '../../src/model/tool-spec.ts';

/**
 * A second, slow opinion about consent, made of tables and of V8's own regular expressions instead of the product's parts.
 * It knows only the small world of `random-policy.ts`.
 */

/** Where the texts of that world certainly point; what is not here is unclear. */
const HOSTS: Readonly<Record<string, string>> = {
  'https://good.example/a': 'good.example',
  'http://2130706433/': '127.0.0.1',
  'https://a.good.example': 'a.good.example',
};
const PLACES: Readonly<Record<string, string>> = { 'work/a': '/w/work/a', link: '/etc', other: '/w/other' };
const FOLDERS: Readonly<Record<string, string>> = { './work': '/w/work', '.': '/w' };

type Sure = boolean | null;

/** One call of that world. */
export interface OracleCall {
  readonly toolset: string;
  /** The names that the user has for the toolset. */
  readonly known: readonly string[];
  readonly tool: string;
  readonly args: { readonly [name: string]: JsonValue };
  readonly changesNothing: boolean;
  readonly hints: Required<ToolAnnotations>;
}

export interface OracleWorld {
  readonly user: readonly PolicyRule[];
  readonly crew: readonly PolicyRule[];
  readonly fallback: 'ask' | 'deny';
  readonly granted: boolean;
  readonly tainted: boolean;
}

const DEGREES = ['allow', 'ask', 'deny'] as const;

export function oracle(call: OracleCall, world: OracleWorld): (typeof DEGREES)[number] {
  if (world.tainted) return 'deny';
  const degree = (rule: PolicyRule): number => DEGREES.indexOf(rule.effect);
  const byUser = world.user.filter(rule => holds(rule, call, call.known)).map(degree);
  const unspoken = call.changesNothing ? 0 : world.fallback === 'deny' ? 2 : 1;
  const user = byUser.length > 0 ? Math.max(...byUser) : unspoken;
  const crew = Math.max(0, ...world.crew.filter(rule => holds(rule, call, [call.toolset])).map(degree));
  const both = DEGREES[Math.max(user, crew)] ?? 'deny';
  return both === 'ask' && world.granted ? 'allow' : both;
}

function holds(rule: PolicyRule, call: OracleCall, names: readonly string[]): boolean {
  const [set = '', tool = ''] = rule.tool.split('.');
  const wild = (pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
  if (set !== '*' && !names.some(name => wild(set).test(name))) return false;
  if (!wild(tool).test(call.tool)) return false;
  for (const [hint, value] of Object.entries(rule.annotations ?? {})) {
    if (call.hints[hint as keyof ToolAnnotations] !== value) return false;
  }
  if (rule.args === undefined) return true;
  const strict = rule.effect === 'allow';
  const named = Object.keys(rule.args);
  const strangers = paths(call.args).filter(
    path => !named.some(name => path === name || path.startsWith(`${name}.`)),
  );
  if (strangers.length > 0 && (rule.others ?? (strict ? 'deny' : 'allow')) === 'deny') return false;
  return named.every(name => {
    const matcher = rule.args?.[name];
    const found = valuesAt(call.args, name.split('.'));
    const opinions = found.flatMap(value => (matcher === undefined ? [] : opinionsOn(matcher, value)));
    if (opinions.length === 0) return false;
    return strict
      ? !opinions.some(opinion => opinion !== true)
      : !opinions.every(opinion => opinion === false);
  });
}

/** The dotted places of all that is no object and no list, or is an empty one. */
function paths(value: JsonValue, place = ''): readonly string[] {
  const isParent = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isParent) return place === '' ? [] : [place];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, member]) => {
    const below = isList ? place : place === '' ? key : `${place}.${key}`;
    return paths(member as JsonValue, below);
  });
}

function valuesAt(value: JsonValue, [key, ...rest]: readonly string[]): readonly JsonValue[] {
  if (key === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap(item => valuesAt(item, [key, ...rest]));
  if (typeof value !== 'object' || value === null) return [];
  const members = new Map(Object.entries(value));
  return members.has(key) ? valuesAt(members.get(key) as JsonValue, rest) : [];
}

function opinionsOn(matcher: ArgumentMatcher, value: JsonValue): readonly Sure[] {
  const wanted = matcher.kind === 'eq' ? [matcher.value] : matcher.kind === 'in' ? matcher.values : [];
  const isWhole = wanted.some(each => JSON.stringify(each) === JSON.stringify(value));
  if (isWhole) return [true];
  if (Array.isArray(value))
    return value.length === 0 ? [null] : value.flatMap(item => opinionsOn(matcher, item));
  return [opinionOn(matcher, value)];
}

function opinionOn(matcher: ArgumentMatcher, value: JsonValue): Sure {
  if (matcher.kind === 'eq' || matcher.kind === 'in') return false;
  if (matcher.kind === 'max') return typeof value === 'number' ? !(value > matcher.limit) : null;
  if (typeof value !== 'string') return null;
  if (matcher.kind === 'host') {
    const host = HOSTS[value];
    if (host === undefined) return null;
    return matcher.hosts.some(each => (each.startsWith('*') ? host.endsWith(each.slice(1)) : host === each));
  }
  if (matcher.kind === 'under') {
    const place = PLACES[value];
    const folder = FOLDERS[matcher.folder];
    return place === undefined || folder === undefined ? null : `${place}/`.startsWith(`${folder}/`);
  }
  if (matcher.kind === 'regex') return new RegExp(`^(?:${matcher.pattern})$`).test(value);
  const source = matcher.pattern.replace(/\*\*?/g, star => (star === '*' ? '[^/]*' : '[^]*'));
  return new RegExp(`^${source}$`).test(value);
}

export const REAL_PLACES: Readonly<Record<string, string>> = { ...PLACES, ...FOLDERS };
