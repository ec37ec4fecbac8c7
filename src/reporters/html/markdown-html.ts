import { codeHtml } from './code-html.ts';
import { inlineHtml } from './inline-html.ts';

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(?:\s+(.*))?$/;
const QUOTE = /^ {0,3}>\s?/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const DEEPEST = 6;
/** No block begins with a longer line, so that hostile lines stay cheap. */
const MAX_LINE = 2000;

/** A block that begins at a line, and the line after it. */
interface Block {
  readonly html: string;
  readonly next: number;
}

/**
 * Foreign Markdown as HTML: headings (below those of the page), paragraphs, lists, quotes, tables, code. No HTML of the
 * text's own, no image, no link but to http, https and mail. Pure.
 */
export function markdownHtml(text: string): string {
  return blocks(text.replaceAll('\r\n', '\n').split('\n'), 0);
}

function blocks(lines: readonly string[], depth: number): string {
  const html: string[] = [];
  for (let at = 0; at < lines.length; ) {
    if ((lines[at] ?? '').trim() === '') {
      at += 1;
      continue;
    }
    const block = depth < DEEPEST ? blockAt(lines, at, depth) : paragraphAt(lines, at);
    html.push(block.html);
    at = block.next;
  }
  return html.join('\n');
}

function blockAt(lines: readonly string[], at: number, depth: number): Block {
  const line = lines[at] ?? '';
  if (line.length > MAX_LINE) return paragraphAt(lines, at);
  const fence = FENCE.exec(line);
  if (fence !== null) return codeAt(lines, at, { fence: fence[1] ?? '', language: fence[2] ?? '' });
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const level = Math.min(6, (heading[1] ?? '').length + 3);
    return { html: `<h${level}>${inlineHtml(heading[2] ?? '')}</h${level}>`, next: at + 1 };
  }
  if (RULE.test(line)) return { html: '<hr>', next: at + 1 };
  if (QUOTE.test(line)) return quoteAt(lines, at, depth);
  if (ITEM.test(line)) return listAt(lines, at, depth);
  if (line.includes('|') && isTableRule(lines[at + 1] ?? '')) {
    return tableAt(lines, at);
  }
  return paragraphAt(lines, at);
}

function codeAt(
  lines: readonly string[],
  at: number,
  { fence, language }: { readonly fence: string; readonly language: string },
): Block {
  let end = at + 1;
  while (end < lines.length && !isClosing(lines[end] ?? '', fence)) end += 1;
  return { html: codeHtml(lines.slice(at + 1, end).join('\n'), language), next: end + 1 };
}

function isClosing(line: string, fence: string): boolean {
  const text = line.trim();
  return text.startsWith(fence) && text.replaceAll(fence[0] ?? '`', '') === '';
}

function quoteAt(lines: readonly string[], at: number, depth: number): Block {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) end += 1;
  const inside = lines.slice(at, end).map(line => line.replace(QUOTE, ''));
  return { html: `<blockquote>${blocks(inside, depth + 1)}</blockquote>`, next: end };
}

function listAt(lines: readonly string[], at: number, depth: number): Block {
  const [, indent = '', mark = ''] = ITEM.exec(lines[at] ?? '') ?? [];
  const isOrdered = /\d/.test(mark);
  const items: string[][] = [];
  let end = at;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    const item = line.length > MAX_LINE ? null : ITEM.exec(line);
    const deep = indentOf(line);
    if (item !== null && deep <= indent.length && /\d/.test(item[2] ?? '') === isOrdered)
      items.push([item[3] ?? '']);
    else if (
      line.trim() === '' &&
      indentOf(lines[end + 1] ?? '') <= indent.length &&
      !ITEM.test(lines[end + 1] ?? '')
    )
      break;
    else if (line.trim() !== '' && deep <= indent.length) break;
    else items.at(-1)?.push(line.slice(Math.min(deep, indent.length + 2)));
  }
  const tag = isOrdered ? 'ol' : 'ul';
  const start = isOrdered ? ` start="${Number.parseInt(mark, 10)}"` : '';
  const rows = items.map(item => `<li>${itemHtml(item, depth)}</li>`);
  return { html: `<${tag}${start}>${rows.join('')}</${tag}>`, next: end };
}

function itemHtml(lines: readonly string[], depth: number): string {
  const [first = '', ...rest] = lines;
  return rest.every(line => line.trim() === '') ? inlineHtml(first) : blocks(lines, depth + 1);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function tableAt(lines: readonly string[], at: number): Block {
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? '').includes('|') && (lines[end] ?? '').length <= MAX_LINE)
    end += 1;
  const row = (line: string, tag: 'th' | 'td') =>
    `<tr>${cellsOf(line)
      .map(cell => `<${tag}>${inlineHtml(cell)}</${tag}>`)
      .join('')}</tr>`;
  const body = lines.slice(at + 2, end).map(line => row(line, 'td'));
  const html = `<div class="scroll"><table><thead>${row(lines[at] ?? '', 'th')}</thead><tbody>${body.join('')}</tbody></table></div>`;
  return { html, next: end };
}

function isTableRule(line: string): boolean {
  return line.length <= MAX_LINE && line.includes('-') && TABLE_RULE.test(line);
}

function cellsOf(line: string): readonly string[] {
  return line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map(cell => cell.trim());
}

function paragraphAt(lines: readonly string[], at: number): Block {
  let end = at + 1;
  while (end < lines.length && !beginsBlock(lines[end] ?? '')) end += 1;
  return { html: `<p>${inlineHtml(lines.slice(at, end).join('\n').trim())}</p>`, next: end };
}

function beginsBlock(line: string): boolean {
  if (line.length > MAX_LINE) return false;
  return (
    line.trim() === '' ||
    FENCE.test(line) ||
    HEADING.test(line) ||
    QUOTE.test(line) ||
    /^\s*(?:[-*+]|\d{1,9}[.)])\s/.test(line)
  );
}
