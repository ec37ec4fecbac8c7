import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ToolCall } from '../model/message.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import {
  fitsSchema,
  isObject,
  ownValue,
  propertySchemas,
  requiredNames,
  resolveSchema,
} from './schema-fit.ts';

/** Enough for a role's tools; a crew that grants more wants a language model to choose. */
export const MOST_OFFLINE_CALLS = 6;

/**
 * Picks the tool calls that follow from the values alone: each read-only tool whose required arguments stand under
 * their own names in an artifact (the latest first), in `inputs`, or in the schema's `default`. Optional arguments are
 * added when an artifact has them; a tool for which no value was found at all is not called. Tools of toolsets have a dot
 * in their names; the others act on the work itself, such as a hand-off, and want judgement. At most 6. Pure.
 */
export function deriveToolCalls(tools: readonly ToolSpec[], values: JsonObject): readonly ToolCall[] {
  const calls: ToolCall[] = [];
  for (const tool of tools) {
    if (calls.length === MOST_OFFLINE_CALLS) break;
    const isFree = tool.readOnly && tool.source !== 'module' && tool.name.includes('.');
    const args = isFree ? deriveArguments(tool, values) : undefined;
    if (args !== undefined) calls.push({ id: `offline_${calls.length + 1}`, tool: tool.name, args });
  }
  return calls;
}

function deriveArguments(tool: ToolSpec, values: JsonObject): JsonObject | undefined {
  const schema = resolveSchema(tool.inputSchema, tool.inputSchema);
  const required = requiredNames(schema);
  const found: [string, JsonValue][] = [];
  for (const [name, property] of Object.entries(propertySchemas(schema))) {
    const fits = (value: JsonValue) => fitsSchema(value, property, tool.inputSchema);
    const value = artifactValue(values, name, fits);
    if (value !== undefined) found.push([name, value]);
    else if (required.includes(name)) {
      const fallback = inputValue(values, name, fits) ?? resolveSchema(property, tool.inputSchema).default;
      if (fallback === undefined) return undefined;
      found.push([name, fallback]);
    }
  }
  const isComplete = required.every(name => found.some(([key]) => key === name));
  return isComplete && found.length > 0 ? Object.fromEntries(found) : undefined;
}

type Fits = (value: JsonValue) => boolean;

function artifactValue(values: JsonObject, name: string, fits: Fits): JsonValue | undefined {
  const artifacts = Object.entries(values).filter(([key]) => key !== 'inputs');
  for (const [, artifact] of artifacts.reverse()) {
    const value = isObject(artifact) ? ownValue(artifact, name) : undefined;
    if (value !== undefined && fits(value)) return value;
  }
  return undefined;
}

function inputValue(values: JsonObject, name: string, fits: Fits): JsonValue | undefined {
  const inputs = ownValue(values, 'inputs');
  const value = isObject(inputs) ? ownValue(inputs, name) : undefined;
  return value !== undefined && fits(value) ? value : undefined;
}
