import { RE2JS } from 're2js';

/** Longer texts are not matched: nobody can say what they are in reasonable time. */
export const LONGEST_MATCHED = 100_000;
const MAX_KEPT = 256;
const kept = new Map<string, RE2JS | null>();

/**
 * Whether a regular expression matches the whole text, both in NFC, in time linear in the text. Undefined when the pattern
 * cannot be used, or the text has half a character or is longer than `LONGEST_MATCHED`. Deterministic.
 */
export function matchesRegex(pattern: string, text: string): boolean | undefined {
  if (text.length > LONGEST_MATCHED || !text.isWellFormed()) return undefined;
  return compiled(pattern.normalize('NFC'))?.matches(text.normalize('NFC'));
}

/**
 * Whether a glob matches the whole text, both in NFC: `*` is any run of characters without `/`, `**` any run, `?` one
 * character that is no `/`. Undefined when the text is longer than `LONGEST_MATCHED`. Deterministic.
 */
export function matchesGlob(pattern: string, text: string): boolean | undefined {
  return matchesRegex(globSource(pattern), text);
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
  const made = compile(pattern);
  const oldest = kept.keys().next();
  if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
  kept.set(pattern, made);
  return made;
}

function compile(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}
