import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

/** The list-of-objects argument `name`, empty when it is not given. Fails with TOOL_ARGUMENTS. */
export function itemsArgument(args: JsonObject, name: string): readonly JsonObject[] {
  const value = Object.hasOwn(args, name) ? (args[name] ?? undefined) : undefined;
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected \`${name}\` to be a list of objects, found \`${typeof value}\``,
  );
}

/** An own text of an artifact without blanks at its ends; empty when there is none. Pure. */
export function ownText(item: JsonObject, name: string): string {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  return typeof value === 'string' ? value.trim() : '';
}

/** The own texts of a list in an artifact; empty when there is none. Pure. */
export function ownTexts(item: JsonObject, name: string): readonly string[] {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  return Array.isArray(value) ? value.filter((one: JsonValue) => typeof one === 'string') : [];
}

/** The beginning of a text on one line, in quotes, for a reason. Pure. */
export function inShort(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return `"${line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line}"`;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
