import { cutToWidth } from './display-width.ts';
import { paint, type Style } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/** A stretch of one line in one style. The text may be foreign: it is sanitised here. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

/**
 * One terminal line of spans, cut to `columns` by display width (a cut line ends in `…`), without its newline.
 * Newlines and tabs inside spans become spaces, so a span can never start a line. Pure.
 */
export function renderSpans(
  spans: readonly Span[],
  options: { readonly color: boolean; readonly columns: number },
): string {
  const texts = spans.map(span => sanitizeText(span.text, { keepNewlines: false }));
  const whole = texts.join('').trimEnd();
  const cut = cutToWidth(whole, options.columns);
  const rest = { chars: cut === whole ? whole.length : cut.length - 1, ellipsis: cut === whole ? '' : '…' };
  let line = '';
  for (const [index, text] of texts.entries()) {
    if (rest.chars <= 0) break;
    const shown = text.slice(0, rest.chars);
    rest.chars -= shown.length;
    line += paint(
      shown + (rest.chars === 0 ? rest.ellipsis : ''),
      spans[index]?.style ?? 'plain',
      options.color,
    );
  }
  return line === '' ? rest.ellipsis : line;
}
