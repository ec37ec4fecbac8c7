import { isMap, parseDocument } from 'yaml';
import type { JsonValue } from '../model/json.ts';

/**
 * The text of a `config.yaml` with one setting changed, or taken away where `value` is undefined; comments and the rest
 * stay as they are, also how its lines end. `key` is dotted. The text must be one that `loadConfig` reads without an error. Pure.
 */
export function editConfig(text: string, key: string, value: JsonValue | undefined): string {
  const isCrlf = /\r\n/.test(text) && !/(^|[^\r])\n/.test(text);
  const document = parseDocument(isCrlf ? text.replaceAll('\r\n', '\n') : text);
  const path = key.split('.');
  if (value === undefined && !document.hasIn(path)) return text;
  if (value !== undefined) document.setIn(path, document.createNode(value));
  else removeAt(path);
  const { contents } = document;
  const isEmpty = contents === null || (isMap(contents) && contents.items.length === 0);
  const edited = isEmpty ? commentsOf(text) : document.toString({ lineWidth: 0 });
  return isCrlf ? edited.replaceAll('\n', '\r\n') : edited;

  /** A mapping that becomes empty goes too. */
  function removeAt(at: readonly string[]): void {
    document.deleteIn(at);
    const parent = at.slice(0, -1);
    const left = document.getIn(parent);
    if (parent.length > 0 && isMap(left) && left.items.length === 0) removeAt(parent);
  }
}

/** The lines of a text that are comments alone, and the empty ones between them. Pure. */
function commentsOf(text: string): string {
  const lines = text.split(/\r?\n/).filter(line => /^\s*(#|$)/.test(line));
  const kept = lines.join('\n').trim();
  return kept === '' ? '' : `${kept}\n`;
}
