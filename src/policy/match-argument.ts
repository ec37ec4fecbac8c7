import { canonicalJson } from '../model/canonical-json.ts';
import type { JsonValue } from '../model/json.ts';
import type { ArgumentMatcher } from '../model/policy.ts';
import { LONGEST_MATCHED, matchesGlob, matchesRegex } from './text-pattern.ts';
import { isUnder, pathMeant, type Toolset } from './under-folder.ts';
import { isHost, urlHost } from './url-host.ts';

/** Whether a value is what a matcher means. Unclear: programs may read it in different ways, or it is of another kind. */
export type Verdict = 'yes' | 'no' | 'unclear';

/** What paths among the arguments are held against. */
export interface Ground {
  readonly toolset: Toolset | undefined;
  readonly places: { readonly [path: string]: string };
}

/**
 * Says of each value that an argument has whether it is what a matcher means; the items of a list are looked at one by one,
 * unless the matcher itself means a list. An empty list is unclear. Pure.
 */
export function matchArgument(
  matcher: ArgumentMatcher,
  value: JsonValue,
  ground: Ground,
): readonly Verdict[] {
  if (!Array.isArray(value) || meansList(matcher, value)) return [verdictOn(matcher, value, ground)];
  if (value.length === 0) return ['unclear'];
  return value.flatMap(item => matchArgument(matcher, item, ground));
}

/** All texts inside an argument that may be paths: itself, or the items of a list. Pure. */
export function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.flatMap(textsIn) : [];
}

function meansList(matcher: ArgumentMatcher, value: JsonValue): boolean {
  if (matcher.kind === 'eq') return equals(matcher.value, value) !== 'no';
  return matcher.kind === 'in' && oneOf(matcher.values, value) !== 'no';
}

function verdictOn(matcher: ArgumentMatcher, value: JsonValue, ground: Ground): Verdict {
  switch (matcher.kind) {
    case 'eq':
      return equals(matcher.value, value);
    case 'in':
      return oneOf(matcher.values, value);
    case 'max':
      return typeof value === 'number' && Number.isFinite(value)
        ? yesOrNo(value <= matcher.limit)
        : 'unclear';
    case 'under':
      return typeof value === 'string' ? underVerdict(matcher.folder, value, ground) : 'unclear';
    case 'glob':
      return typeof value === 'string' ? globVerdict(matcher.pattern, value) : 'unclear';
    case 'regex':
      return typeof value === 'string' ? yesOrNo(matchesRegex(matcher.pattern, value)) : 'unclear';
    case 'host':
      return typeof value === 'string' ? hostVerdict(matcher.hosts, value) : 'unclear';
  }
}

function yesOrNo(held: boolean | undefined): Verdict {
  if (held === undefined) return 'unclear';
  return held ? 'yes' : 'no';
}

/** Numbers that JSON readers round in different ways are never certainly equal. */
function equals(expected: JsonValue, value: JsonValue): Verdict {
  if (canonicalJson(composed(expected)) !== canonicalJson(composed(value))) return 'no';
  return isExact(value) ? 'yes' : 'unclear';
}

function oneOf(values: readonly JsonValue[], value: JsonValue): Verdict {
  const verdicts = values.map(each => equals(each, value));
  return verdicts.find(verdict => verdict !== 'no') ?? 'no';
}

/** The same value with all its texts in NFC. */
function composed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.normalize('NFC');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(composed);
  const members = Object.entries(value).map(
    ([key, member]) => [key.normalize('NFC'), composed(member)] as const,
  );
  return Object.fromEntries(members);
}

function isExact(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact);
}

/** `..` would lead a path out of what the glob shows. */
function globVerdict(pattern: string, text: string): Verdict {
  const held = matchesGlob(pattern, text);
  return held === true && /(^|[/\\])\.{1,2}([/\\]|$)/.test(text) ? 'unclear' : yesOrNo(held);
}

function hostVerdict(hosts: readonly string[], text: string): Verdict {
  const host = text.length > LONGEST_MATCHED ? 'unclear' : urlHost(text);
  if (host === 'unclear') return 'unclear';
  const held = hosts.map(pattern => isHost(pattern, host));
  if (held.includes(true)) return 'yes';
  return held.includes('maybe') ? 'unclear' : 'no';
}

function underVerdict(folder: string, text: string, { toolset, places }: Ground): Verdict {
  const path = pathMeant(text, toolset);
  if (path === undefined || !Object.hasOwn(places, path) || !Object.hasOwn(places, folder)) return 'unclear';
  return yesOrNo(isUnder(places[path] ?? '', places[folder] ?? ''));
}
