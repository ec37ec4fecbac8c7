/** Everything that acts on a terminal or cannot be seen: controls, line separators, lone surrogates, ignorable and annotation characters. */
export const UNSAFE_CHARACTERS =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]/gu;

const EMOJI_BEFORE = /(?:\p{Emoji}|\p{Emoji_Modifier}|\u{fe0f})$/u;
const PICTOGRAPH_AFTER = /^\p{Extended_Pictographic}/u;

/**
 * Makes foreign text unable to control a terminal or to hide in it: C0 (so every ESC sequence), DEL, C1, bidi
 * controls, zero-width, tag and other invisible characters, line separators and lone surrogates become visible escapes such as
 * `\u{202e}`. Newlines and tabs stay, unless `keepNewlines` is false: then each newline or tab becomes one space.
 * CRLF counts as one newline. The joiner and the variation selector stay where they build an emoji.
 * Printable text comes back unchanged; applying it twice changes nothing more. Pure.
 */
export function sanitizeText(text: string, options: { readonly keepNewlines?: boolean } = {}): string {
  const unixText = text.replaceAll('\r\n', '\n');
  const lines = options.keepNewlines === false ? unixText.replace(/[\n\t]/g, ' ') : unixText;
  let shown = '';
  let end = 0;
  for (const { 0: character, index } of lines.matchAll(UNSAFE_CHARACTERS)) {
    shown += lines.slice(end, index);
    end = index + character.length;
    const after = lines.slice(end, end + 2);
    shown += isKept(character, shown, after) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`;
  }
  return shown + lines.slice(end);
}

function isKept(character: string, shown: string, after: string): boolean {
  return character === '\n' || character === '\t' || buildsEmoji(character, shown, after);
}

/** What stands before it is read as it is shown: next to an escaped character nothing is built. */
function buildsEmoji(character: string, shown: string, after: string): boolean {
  if (character !== '\u{fe0f}' && character !== '\u{200d}') return false;
  if (!EMOJI_BEFORE.test(shown.slice(-2))) return false;
  if (character === '\u{fe0f}') return !shown.endsWith('\u{fe0f}');
  return PICTOGRAPH_AFTER.test(after);
}
