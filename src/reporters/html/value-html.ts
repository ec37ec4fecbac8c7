import type { JsonObject, JsonValue } from '../../model/json.ts';
import { jsonText } from '../json-text.ts';
import { codeHtml, isDiff } from './code-html.ts';
import { escapeHtml } from './escape-html.ts';
import type { Paper } from './paper.ts';

const SHORT_JSON = 90;
const LONG_LINE = 200;
const DEEPEST = 5;
const MAX_ITEMS = 200;

/** A JSON value as people read it: fields and items as rows, long texts as blocks, changes coloured. Pure but for the paper. */
export function valueHtml(value: JsonValue, paper: Paper, depth = 0): string {
  if (typeof value === 'string') return textValueHtml(value, paper);
  const line = jsonText(value);
  if (typeof value !== 'object' || value === null || line.length <= SHORT_JSON) {
    return `<code>${escapeHtml(line)}</code>`;
  }
  if (depth >= DEEPEST) return paper.text(jsonText(value, 2), text => codeHtml(text, 'json'));
  return Array.isArray(value)
    ? itemsHtml(value as readonly JsonValue[], paper, depth)
    : fieldsHtml(value as JsonObject, paper, depth);
}

/** Foreign text without Markdown: short on the line, longer in a block. Pure but for the paper. */
export function textValueHtml(text: string, paper: Paper): string {
  if (text.length <= LONG_LINE && !text.includes('\n'))
    return `<code class="text">${escapeHtml(text)}</code>`;
  return paper.text(text, part => codeHtml(part, isDiff(part) ? 'diff' : 'text'));
}

function fieldsHtml(value: JsonObject, paper: Paper, depth: number): string {
  const entries = Object.entries(value);
  const rows = entries
    .slice(0, MAX_ITEMS)
    .map(
      ([name, part]) =>
        `<dt>${escapeHtml(name, { line: true })}</dt><dd>${valueHtml(part, paper, depth + 1)}</dd>`,
    );
  return `<dl class="fields">${rows.join('')}</dl>${leftOut(entries.length, 'fields')}`;
}

function itemsHtml(items: readonly JsonValue[], paper: Paper, depth: number): string {
  const rows = items.slice(0, MAX_ITEMS).map(item => `<li>${valueHtml(item, paper, depth + 1)}</li>`);
  return `<ol class="items">${rows.join('')}</ol>${leftOut(items.length, 'items')}`;
}

function leftOut(count: number, noun: string): string {
  return count > MAX_ITEMS ? `<p class="cut">${count - MAX_ITEMS} more ${noun} are left out here.</p>` : '';
}
