import { longestBackticks, markdownInline } from './markdown-inline.ts';
import { sanitizeText } from './sanitize.ts';

/** Nobody reads more about one finding, and looking for closing fences stays cheap. */
const MAX_CHARACTERS = 20_000;

const FENCE_OPENS = /^\s*(`{3,}|~{3,})\s*([\w+-]*)\s*$/;
const LIST_ITEM = /^(?:[-*+]|\d{1,9}[.)])\s+/;
const ONLY_MARKS = /^[-=_*|:\s]+$/;
const BLOCK_BEGINS = /^(?:#{1,6}(?:\s|$)|>|~~~|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$))/;

/** Fence words that make a page draw or offer something instead of showing the code. */
const ACTIVE_LANGUAGES = new Set(['suggestion', 'mermaid', 'math', 'geojson', 'topojson', 'stl']);

/**
 * Foreign text as Markdown paragraphs, lists and code blocks that cannot be taken for ours: no headings, rules, quotes,
 * tables, HTML, links or indented code, and no code block that stays open. Blank lines part paragraphs.
 * Only the first 20,000 characters are taken. Pure.
 */
export function markdownBlock(text: string): string {
  const lines = sanitizeText(text.slice(0, MAX_CHARACTERS)).trim().split('\n');
  const unclosed = new Set<string>();
  const result: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const end = closingFence(lines, index, unclosed);
    if (end === undefined) {
      result.push(blockLine(line.trim()));
      continue;
    }
    const language = FENCE_OPENS.exec(line)?.[2] ?? '';
    const shown = ACTIVE_LANGUAGES.has(language.toLowerCase()) ? 'text' : language;
    result.push(fencedBlock(lines.slice(index + 1, end).join('\n'), shown));
    index = end;
  }
  return result.join('\n').replace(/\n{3,}/g, '\n\n');
}

/** Text as a fenced code block whose fence is longer than any in it; `language` is one of our own words or a plain word. Pure. */
export function fencedBlock(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestBackticks(text) + 1));
  const body = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${fence}${language}\n${body}${fence}`;
}

/** Where the code block that begins at `start` ends. A fence that nothing closes is looked for once, then it is in `unclosed`. */
function closingFence(lines: readonly string[], start: number, unclosed: Set<string>): number | undefined {
  const fence = FENCE_OPENS.exec(lines[start] ?? '')?.[1];
  if (fence === undefined || unclosed.has(fence)) return undefined;
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = (lines[index] ?? '').trim();
    if (line.startsWith(fence) && line.replaceAll(fence[0] ?? '', '') === '') return index;
  }
  unclosed.add(fence);
  return undefined;
}

/** A list item may hold what a line may hold; anything else that begins a block is escaped. */
function blockLine(line: string): string {
  const item = ONLY_MARKS.test(line) ? undefined : LIST_ITEM.exec(line)?.[0];
  if (item !== undefined) return `${item.trim()} ${markdownLine(line.slice(item.length))}`;
  return markdownLine(line);
}

/** Foreign text as one line of Markdown that may stand where a block begins: at the start of a line or of a list item. Pure. */
export function markdownLine(text: string): string {
  const markdown = markdownInline(text);
  if (!BLOCK_BEGINS.test(markdown) && !ONLY_MARKS.test(markdown)) return markdown;
  return markdown.replace(/^(\d*)(.)/, '$1\\$2');
}
