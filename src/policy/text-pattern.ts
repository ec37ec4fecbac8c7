import { RE2JS } from 're2js';

/** Longer texts are not matched: nobody can say what they are in reasonable time. */
export const LONGEST_MATCHED = 100_000;
const MAX_KEPT = 256;
const kept = new Map<string, RE2JS | null>();

/** What is wrong with a regular expression, in the engine's words; undefined when it can be used. Syntax: RE2. Pure. */
export function regexProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
  }
}

/**
 * Whether a regular expression matches the whole text, both in NFC, in time linear in the text. Undefined when the pattern
 * cannot be used or the text is longer than `LONGEST_MATCHED`. Deterministic.
 */
export function matchesRegex(pattern: string, text: string): boolean | undefined {
  if (text.length > LONGEST_MATCHED) return undefined;
  return compiled(pattern.normalize('NFC'))?.matches(text.normalize('NFC'));
}

/**
 * Whether a glob matches the whole text, both in NFC: `*` is any run of characters without `/`, `**` any run, `?` one
 * character that is no `/`. Undefined when the text is longer than `LONGEST_MATCHED`. Deterministic.
 */
export function matchesGlob(pattern: string, text: string): boolean | undefined {
  return matchesRegex(globSource(pattern), text);
}

/**
 * Whether a name is one that a pattern means, both in NFC: `*` is any run of characters. Linear in both. Pure.
 * @example matchesName('write_*', 'write_file') // true
 */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.normalize('NFC').split('*');
  const text = name.normalize('NFC');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

function globSource(glob: string): string {
  const parts = glob.split(/(\*\*|\*|\?)/).map(part => GLOB_PARTS.get(part) ?? RE2JS.quote(part));
  return parts.join('');
}

const GLOB_PARTS = new Map([
  ['**', '(?s:.*)'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);

/** Null stands for a pattern that cannot be used. */
function compiled(pattern: string): RE2JS | null {
  const known = kept.get(pattern);
  if (known !== undefined) return known;
  const made = regexProblem(pattern) === undefined ? RE2JS.compile(pattern) : null;
  const oldest = kept.keys().next();
  if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
  kept.set(pattern, made);
  return made;
}
