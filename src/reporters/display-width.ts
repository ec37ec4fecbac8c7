/** Characters that stand alone, one column each: ASCII, Latin, punctuation, arrows, lines and boxes, ticks. */
const PLAIN =
  /^[\x20-\x7e\u{a1}-\u{ac}\u{ae}-\u{2ff}\u{2010}-\u{2027}\u{2190}-\u{21ff}\u{2500}-\u{25fc}\u{2713}-\u{2717}]*$/u;
const WIDE =
  /^[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97c}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const EMOJI = /^\p{Emoji_Presentation}|^\p{Emoji}\u{fe0f}|^\p{Extended_Pictographic}.*\u{200d}/u;
const MARKS_ONLY = /^\p{M}+$/u;
/** Marks that stand beside their letter and take a column of their own, and the half-wide ones of kana. */
const BESIDE = /[\p{Mc}\u{ff9e}\u{ff9f}]/gu;

/** Made at the first text that is not plain: it costs milliseconds. */
let segmenter: Intl.Segmenter | undefined;

/** The columns that a sanitised line takes: 2 for East Asian wide characters and emoji, 0 for bare marks, else 1. Pure. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += graphemeWidth(segment);
  return width;
}

/**
 * Cuts a sanitised line to at most `columns` columns, never inside a character that people see as one; a cut line
 * ends in `…`. Infinity keeps all; nothing fits into less than one column. Pure.
 */
export function cutToWidth(text: string, columns: number): string {
  if (columns < 1) return '';
  if (text.length <= columns && PLAIN.test(text)) return text;
  let width = 0;
  let fitting = 0;
  for (const { segment, index } of graphemesOf(text)) {
    width += graphemeWidth(segment);
    if (width > columns) return `${text.slice(0, fitting)}…`;
    if (width < columns) fitting = index + segment.length;
  }
  return text;
}

function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function graphemeWidth(grapheme: string): number {
  if (MARKS_ONLY.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  return (WIDE.test(grapheme) ? 2 : 1) + (grapheme.slice(1).match(BESIDE)?.length ?? 0);
}
