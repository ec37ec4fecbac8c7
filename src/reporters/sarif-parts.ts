import type { JsonObject } from '../model/json.ts';
import { sanitizeText } from './sanitize.ts';

/** A file as SARIF names it: percent-encoded and relative to `%SRCROOT%`; an absolute path is a URL of its own. Pure. */
export function artifactLocation(path: string): JsonObject {
  const uri = path.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: '%SRCROOT%' };
}

/** A text as a SARIF message, in which `[text](target)` would be a link; foreign text gets none. Pure. */
export function sarifMessage(text: string): JsonObject {
  const safe = sanitizeText(text).replace(/\[(?=[^\]]*\]\()/g, '\\[');
  return { text: safe.trim() === '' ? 'No description' : safe };
}
