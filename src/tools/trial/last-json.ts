import type { JsonValue } from '../../model/json.ts';

/** The JSON value that a text is, or else that its last line is; null when neither is one. Pure. */
export function lastJson(text: string): JsonValue {
  const whole = text.trim();
  return read(whole) ?? read(whole.slice(whole.lastIndexOf('\n') + 1)) ?? null;
}

function read(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
