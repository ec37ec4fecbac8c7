import type { JsonValue } from '../model/json.ts';

/** What stands where a secret stood. */
export const SCRUBBED = '[scrubbed]';

const SECRET_NAME = /(_KEY|_TOKEN|_SECRET|PASSWORD)$/i;
const SHORTEST_SECRET = 8;

/** Variables that are passed on and are known to be no secrets: places, languages, what is shown and how much. */
const PLAIN_NAME =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|LANG|LANGUAGE|TZ|PWD|OLDPWD|EDITOR|PAGER|DISPLAY|HOSTNAME|CI|DEBUG|NO_COLOR|FORCE_COLOR|NODE_ENV|NODE_OPTIONS|TMP|TEMP|TMPDIR|LC_\w+|XDG_\w+|\w*_(DIR|HOME|PATH|FILE|LEVEL|MODE|REGION|HOST|PORT))$/i;
/** A place in the file system, a number or a switch is no secret, whatever it is called. */
const PLAIN_VALUE = /^(?:[/~.][^\s]*|[\d.]+|true|false|yes|no|on|off)$/i;

/**
 * The values of an environment that are secrets by their names: those that end in `_KEY`, `_TOKEN`, `_SECRET` or
 * `PASSWORD`, and those of `passed`, the names of what is handed to servers, unless they are known to be none. Values of
 * fewer than 8 characters are left out, because they would be found in any text. Pure.
 */
export function secretValues(
  env: { readonly [name: string]: string | undefined },
  passed: readonly string[] = [],
): readonly string[] {
  const named = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET_NAME.test(name) ? [value.trim()] : [],
  );
  const handed = passed.flatMap(name => {
    const value = Object.hasOwn(env, name) ? env[name]?.trim() : undefined;
    return value === undefined || PLAIN_NAME.test(name) || PLAIN_VALUE.test(value) ? [] : [value];
  });
  return [...new Set([...named, ...handed].filter(value => value.length >= SHORTEST_SECRET))];
}

/** Shapes that are secrets wherever they stand; the group `kept` is what is shown of them. All run in linear time. */
const PATTERNS: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY(?: BLOCK)?-----[\s\S]{20,10000}?-----END [A-Z ]{3,30}-----/g,
  /\bsk-[A-Za-z0-9_-]{20,200}/g,
  /\b[rs]k_live_[A-Za-z0-9]{16,200}/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,250}/g,
  /\bgithub_pat_[A-Za-z0-9_]{40,250}/g,
  /\bglpat-[A-Za-z0-9_-]{20,100}/g,
  /\bnpm_[A-Za-z0-9]{36,100}/g,
  /\bhf_[A-Za-z0-9]{30,100}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{35}/g,
  /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
  /(?<kept>\bBearer )[A-Za-z0-9._~+/=-]{16,4000}/g,
  /(?<kept>\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/'"`]{0,200}:)[^\s@/'"`]{1,200}(?=@[^\s/'"`])/gi,
];

/**
 * Makes a scrubber of JSON values: in every text and every key the given secrets, also as JSON and addresses spell them,
 * and, unless `shapes` is false, shapes that are known to be secrets become `[scrubbed]`. A value without secrets comes back
 * equal. Pure.
 */
export function createRedactor(
  secrets: readonly string[],
  { shapes = true }: { readonly shapes?: boolean } = {},
): <Value extends JsonValue>(value: Value) => Value {
  const spellings = secrets.flatMap(secret => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
  ]);
  const texts = [...new Set(spellings)].toSorted((a, b) => b.length - a.length);
  const redactText = (text: string): string => {
    const known = texts.reduce((rest, secret) => rest.replaceAll(secret, SCRUBBED), text);
    if (!shapes) return known;
    return PATTERNS.reduce((rest, pattern) => rest.replace(pattern, withoutSecret), known);
  };
  return value => redactValue(value, redactText) as typeof value;
}

/** How many characters at the end of a text may be the beginning of a secret that goes on in the next piece. Pure. */
export function secretBegun(text: string, secrets: readonly string[]): number {
  const longest = Math.max(0, ...secrets.map(({ length }) => length - 1));
  for (let count = Math.min(longest, text.length); count > 0; count -= 1) {
    const end = text.slice(-count);
    if (secrets.some(secret => secret.length > count && secret.startsWith(end))) return count;
  }
  return 0;
}

function withoutSecret(...match: readonly unknown[]): string {
  const groups = match.at(-1) as { readonly kept?: string } | string | undefined;
  return (typeof groups === 'object' ? (groups.kept ?? '') : '') + SCRUBBED;
}

function redactValue(value: JsonValue, redactText: (text: string) => string): JsonValue {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(item => redactValue(item, redactText));
  const entries = Object.entries(value).map(
    ([key, member]) => [redactText(key), redactValue(member as JsonValue, redactText)] as const,
  );
  return Object.fromEntries(entries);
}
