import { escapeHtml } from './escape-html.ts';

/** How far the end of something that was opened is looked for. */
const WINDOW = 2000;
const DEEPEST = 4;
const LINK = /(!?)\[([^[\]\n]{0,500})\]\(\s{0,4}<?([^\s()<>]{1,2000})>?(?:\s{1,4}"[^"\n]{0,200}")?\s{0,4}\)/y;
const ADDRESS = /https?:\/\/[^\s<>"'`\\)\]]{1,2000}/iy;
const MARKS = ['**', '__', '~~', '*', '_'] as const;
const TAGS = { '**': 'strong', __: 'strong', '~~': 's', '*': 'em', _: 'em' } as const;

/**
 * One paragraph of foreign Markdown as HTML: emphasis, code, links to http, https and mail; images are only named. All
 * else is text. Newlines become breaks. Pure.
 */
export function inlineHtml(text: string, depth = 0): string {
  let html = '';
  let plain = 0;
  let at = 0;
  const put = (piece: string, taken: number): void => {
    html += breaks(escapeHtml(text.slice(plain, at))) + piece;
    at += taken;
    plain = at;
  };
  while (at < text.length) {
    const found = pieceAt(text, at, depth);
    if (found === undefined) at += 1;
    else put(found.html, found.taken);
  }
  return html + breaks(escapeHtml(text.slice(plain)));
}

interface Piece {
  readonly html: string;
  readonly taken: number;
}

function pieceAt(text: string, at: number, depth: number): Piece | undefined {
  switch (text[at]) {
    case '\\':
      return /[!-/:-@[-`{-~]/.test(text[at + 1] ?? '')
        ? { html: escapeHtml(text[at + 1] ?? ''), taken: 2 }
        : undefined;
    case '`':
      return codeAt(text, at);
    case '!':
    case '[':
      return linkAt(text, at, depth);
    case 'h':
    case 'H':
      return /\w/.test(text[at - 1] ?? '') ? undefined : addressAt(text, at);
    case '*':
    case '_':
    case '~':
      return depth < DEEPEST ? emphasisAt(text, at, depth) : undefined;
    default:
      return undefined;
  }
}

function codeAt(text: string, at: number): Piece | undefined {
  let length = 1;
  while (text[at + length] === '`') length += 1;
  const run = '`'.repeat(length);
  const window = text.slice(at + length, at + length + WINDOW);
  const end = window.indexOf(run);
  if (end < 0) return { html: run, taken: length };
  const inside = window.slice(0, end).replaceAll('\n', ' ');
  return { html: `<code>${escapeHtml(inside)}</code>`, taken: end + 2 * length };
}

function linkAt(text: string, at: number, depth: number): Piece | undefined {
  LINK.lastIndex = at;
  const [all, bang, label = '', address = ''] = LINK.exec(text) ?? [];
  if (all === undefined) return undefined;
  if (bang === '!') {
    return {
      html: `<span class="image">image: ${escapeHtml(label)} <code>${escapeHtml(address)}</code></span>`,
      taken: all.length,
    };
  }
  const words = depth < DEEPEST ? inlineHtml(label, DEEPEST) : escapeHtml(label);
  return { html: anchor(address, words), taken: all.length };
}

function addressAt(text: string, at: number): Piece | undefined {
  ADDRESS.lastIndex = at;
  const [found] = ADDRESS.exec(text) ?? [];
  if (found === undefined) return undefined;
  const address = found.replace(/[.,;:!?*_~]{1,20}$/, '');
  return { html: anchor(address, escapeHtml(address)), taken: address.length };
}

/** A link where the address is harmless; any other address is shown as text. */
function anchor(address: string, words: string): string {
  if (!/^(?:https?:\/\/|mailto:)[\x21-\x7e]+$/i.test(address))
    return `${words} (<code>${escapeHtml(address)}</code>)`;
  return `<a rel="noopener noreferrer nofollow" href="${escapeHtml(address)}">${words}</a>`;
}

function emphasisAt(text: string, at: number, depth: number): Piece | undefined {
  const mark = MARKS.find(each => text.startsWith(each, at));
  if (mark === undefined) return undefined;
  const { length } = mark;
  if (/\s|^$/.test(text[at + length] ?? '')) return undefined;
  if (mark[0] === '_' && /\w/.test(text[at - 1] ?? '')) return undefined;
  const window = text.slice(at + length, at + length + WINDOW);
  const end = window.indexOf(mark, 1);
  if (end < 0 || /\s/.test(window[end - 1] ?? '') || window.slice(0, end).includes('\n\n')) return undefined;
  if (mark[0] === '_' && /\w/.test(window[end + length] ?? '')) return undefined;
  const tag = TAGS[mark];
  return { html: `<${tag}>${inlineHtml(window.slice(0, end), depth + 1)}</${tag}>`, taken: end + 2 * length };
}

function breaks(html: string): string {
  return html.replaceAll('\n', '<br>\n');
}
