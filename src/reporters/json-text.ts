import { UNSAFE_CHARACTERS } from './sanitize.ts';

/**
 * JSON that no terminal obeys: as `JSON.stringify` writes it, but every control, bidi or invisible character inside it is a
 * `\uXXXX` escape. Parsing gives the same value. `indent` counts spaces; without it the text is one line. Pure.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE_CHARACTERS, character =>
    character === '\n' ? character : escapeUnits(character),
  );
}

/** JSON escapes name UTF-16 units, so a character beyond the first plane takes two. */
function escapeUnits(character: string): string {
  return character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
