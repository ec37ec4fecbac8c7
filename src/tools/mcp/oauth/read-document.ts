import type { JsonObject, JsonValue } from '../../../model/json.ts';
import { loginFailed } from './login-failed.ts';

/** How documents of servers are asked for: the guarded fetch, and the server that all messages are about. */
export interface DocumentReader {
  readonly fetch: typeof fetch;
  readonly server: string;
}

/**
 * A JSON object at an address; undefined when there is none (a status of 3xx or 4xx). Fails with MCP_LOGIN_FAILED when what
 * is there is something else, and as the fetch does.
 */
export async function readDocument(reader: DocumentReader, url: string): Promise<JsonObject | undefined> {
  // A redirect is not followed; it mostly leads from a path that does not exist to a page for people.
  const answer = await reader.fetch(url, { headers: { accept: 'application/json' }, redirect: 'manual' });
  if (answer.status >= 300 && answer.status <= 499) {
    await answer.body?.cancel();
    return undefined;
  }
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw loginFailed(reader.server, `\`${url}\` answers with status ${answer.status}`);
  }
  const document = jsonObject(await answer.text());
  if (document === undefined) throw loginFailed(reader.server, `\`${url}\` is no JSON object`);
  return document;
}

/** The object that a text is in JSON; undefined when it is none. Pure. */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A field that is a text and not empty. Pure. */
export function textField(from: JsonObject, name: string): string | undefined {
  const value = fieldOf(from, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a field that is a list; undefined when there is no list. Pure. */
export function textsField(from: JsonObject, name: string): readonly string[] | undefined {
  const value = fieldOf(from, name);
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : undefined;
}

/** A field of a foreign object; undefined when it has none of its own. Pure. */
export function fieldOf(from: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}
