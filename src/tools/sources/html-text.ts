/** Elements whose content is no text for readers. */
const HIDDEN = ['script', 'style', 'template', 'noscript', 'svg'];
/** Elements that end a line. */
const BLOCK =
  /^(?:address|article|aside|blockquote|br|caption|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|title|tr|ul)$/;
/** Elements that stand between two paragraphs. */
const PARAGRAPH = /^(?:blockquote|h[1-6]|hr|p|pre|section|table|title|ul|ol)$/;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['hellip', '…'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
]);

/** The text of an HTML page and its title, if it has one. */
export interface HtmlText {
  readonly title?: string;
  readonly text: string;
}

/**
 * Takes the text out of HTML: scripts, styles and comments are dropped, blocks become lines, the usual entities become
 * their characters. A reader for plain pages and no browser: what a style sheet hides is still there. Linear. Pure.
 */
export function htmlText(html: string): HtmlText {
  const pieces: string[] = [];
  let title: string | undefined;
  const lastEnd = html.lastIndexOf('>');
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    pieces.push(html.slice(at, open === -1 ? html.length : open).replace(/\s+/g, ' '));
    if (open === -1) break;
    const tag = open < lastEnd ? readTag(html, open) : undefined;
    if (tag === undefined) {
      pieces.push('<');
      at = open + 1;
      continue;
    }
    if (tag.name === 'title' && title === undefined && !tag.closes) {
      title = decodeEntities(html.slice(tag.end, closingTag(html, 'title', tag.end))).replace(/\s+/g, ' ');
    }
    const isHidden = !tag.closes && (HIDDEN.includes(tag.name) || tag.name === 'title');
    at = isHidden ? closingTag(html, tag.name, tag.end) : tag.end;
    if (BLOCK.test(tag.name)) pieces.push(PARAGRAPH.test(tag.name) ? '\n\n' : '\n');
  }
  const text = decodeEntities(pieces.join(''))
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return title === undefined || title.trim() === '' ? { text } : { title: title.trim(), text };
}

interface Tag {
  readonly name: string;
  readonly closes: boolean;
  /** Where the text goes on. */
  readonly end: number;
}

/** The tag or comment that begins at `open`, before some `>`; undefined when the `<` is a character of the text. */
function readTag(html: string, open: number): Tag | undefined {
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4);
    return { name: '!', closes: false, end: end === -1 ? html.length : end + 3 };
  }
  const name = /^<\/?([a-z][a-z0-9-]{0,30})|^<[!?]/i.exec(html.slice(open, open + 34));
  if (name === null) return undefined;
  const end = html.indexOf('>', open) + 1;
  return { name: (name[1] ?? '!').toLowerCase(), closes: html[open + 1] === '/', end };
}

/** Where the closing tag of a hidden element begins; the end of the page when there is none. */
function closingTag(html: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}[\\s>]`, 'gi');
  closing.lastIndex = from;
  return closing.exec(html)?.index ?? html.length;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{1,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(name.toLowerCase()) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const isText = code > 0x1f && code < 0x110000 && (code < 0xd800 || code > 0xdfff);
    return isText ? String.fromCodePoint(code) : ' ';
  });
}
