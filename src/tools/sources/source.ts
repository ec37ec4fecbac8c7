import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

/** A text that can be cited by its id. */
export interface CitedSource {
  readonly id: string;
  readonly text: string;
}

/** The list of sources in the argument `name`, or undefined when it is not given. Fails with TOOL_ARGUMENTS. */
export function sourcesArgument(args: JsonObject, name: string): readonly CitedSource[] | undefined {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    const sources = (value as readonly JsonValue[]).map(readSource);
    if (sources.every(source => source !== undefined)) return sources;
  }
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected \`${name}\` to be a list of objects with \`id\` and \`text\`, found \`${typeof value}\``,
  );
}

function readSource(value: JsonValue): CitedSource | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { id, text } = value as JsonObject;
  return typeof id === 'string' && typeof text === 'string' ? { id, text } : undefined;
}
