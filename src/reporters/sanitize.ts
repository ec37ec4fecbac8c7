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
  return lines.replace(UNSAFE_CHARACTERS, (character, offset: number) => {
    if (character === '\n' || character === '\t') return character;
    if (buildsEmoji(lines, character, offset)) return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

function buildsEmoji(text: string, character: string, offset: number): boolean {
  if (character !== '\u{fe0f}' && character !== '\u{200d}') return false;
  const before = text.slice(Math.max(0, offset - 2), offset);
  if (!EMOJI_BEFORE.test(before)) return false;
  if (character === '\u{fe0f}') return !before.endsWith('\u{fe0f}');
  return PICTOGRAPH_AFTER.test(text.slice(offset + 1, offset + 3));
}
