import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/** The text argument `name`. Fails with TOOL_ARGUMENTS when it is not there or not text. */
export function textArgument(args: JsonObject, name: string): string {
  const value = argument(args, name);
  if (typeof value === 'string') return value;
  throw unexpected(name, 'text', value);
}

/** The text argument `name`, or undefined when it is not given. Fails with TOOL_ARGUMENTS. */
export function optionalTextArgument(args: JsonObject, name: string): string | undefined {
  return argument(args, name) === undefined ? undefined : textArgument(args, name);
}

/** The list-of-texts argument `name`, empty when it is not given. Fails with TOOL_ARGUMENTS. */
export function textsArgument(args: JsonObject, name: string): readonly string[] {
  const value = argument(args, name);
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value;
  throw unexpected(name, 'a list of texts', value);
}

/** The whole-number argument `name`, or undefined when it is not given. Fails with TOOL_ARGUMENTS below 1. */
export function countArgument(args: JsonObject, name: string): number | undefined {
  const value = argument(args, name);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw unexpected(name, 'a whole number from 1', value);
}

/** The yes-or-no argument `name`, false when it is not given. Fails with TOOL_ARGUMENTS. */
export function flagArgument(args: JsonObject, name: string): boolean {
  const value = argument(args, name) ?? false;
  if (typeof value === 'boolean') return value;
  throw unexpected(name, 'true or false', value);
}

/** Models often send null for what they leave out. */
function argument(args: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(args, name) ? (args[name] ?? undefined) : undefined;
}

function unexpected(name: string, expected: string, value: JsonValue | undefined): CrewError {
  const found = value === undefined ? 'nothing' : `\`${JSON.stringify(value).slice(0, 80)}\``;
  return new CrewError('TOOL_ARGUMENTS', `expected \`${name}\` to be ${expected}, found ${found}`);
}
