import { artifactSchema } from '../model/artifact-schema.ts';
import type { PhaseWork } from '../model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/**
 * The schema of what a program may end with, from the templates of its ends and the schemas of what they read; `true` where
 * that says nothing. Never narrower than what a run may give. Pure.
 */
export function resultSchema(program: Program): JsonSchema {
  const ends = Object.values(program.phases).filter(phase => phase.kind === 'end');
  return anyOf(ends.map(({ result }) => (result === undefined ? NULL : valueSchema(result, program))));
}

/** The inputs of a program as one object. Pure. */
export function inputsSchema({ inputs }: Pick<Program, 'inputs'>): JsonObject {
  const properties = inputs.map(({ name, schema, description, default: fallback }) => {
    const told = description === undefined ? {} : { description };
    return [name, { ...schema, ...told, ...(fallback === undefined ? {} : { default: fallback }) }] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: inputs.flatMap(({ name, required }) => (required ? [name] : [])),
    additionalProperties: false,
  };
}

/** Whether all that a run of the program may call only reads, and we say so ourselves. Pure. */
export function readsOnly(program: Program): boolean {
  const own = program.tools.every(({ readOnly, source }) => readOnly && source === undefined);
  return own && Object.values(program.crews ?? {}).every(readsOnly);
}

const NULL: JsonSchema = { type: 'null' };

function valueSchema(value: JsonValue, program: Program): JsonSchema {
  if (typeof value === 'string') return textSchema(value, program);
  if (Array.isArray(value)) return { type: 'array' };
  if (value === null || typeof value !== 'object') return { const: value };
  const rows = Object.entries(value).map(([name, part]) => [name, valueSchema(part, program)] as const);
  return { type: 'object', properties: Object.fromEntries(rows), required: Object.keys(value) };
}

/** A template that is one output alone keeps the type of what it reads. */
function textSchema(text: string, program: Program): JsonSchema {
  const whole = /^\s*\{\{-?\s*([a-z][a-z0-9_]*)\s*-?\}\}\s*$/.exec(text)?.[1];
  if (whole === undefined) return /\{[{%]/.test(text) ? unclear(text) : { const: text };
  const phase = Object.hasOwn(program.phases, whole) ? program.phases[whole] : undefined;
  if (phase === undefined || phase.kind === 'end') return true;
  // An artifact that may be missing is refused by the check, and an absent one fails the template, so it is never null.
  return workSchema(phase, program.tools);
}

/** One output with a path or filters may be of any type; words around it make it a text. */
function unclear(text: string): JsonSchema {
  return /^\s*\{\{[^{}]*\}\}\s*$/.test(text) ? true : { type: 'string' };
}

function workSchema(work: PhaseWork, tools: readonly ToolSpec[]): JsonSchema {
  const schema = artifactSchema(work) ?? ownSchema(work, tools);
  // References inside it would point elsewhere when it stands inside another schema.
  return schema !== undefined && !JSON.stringify(schema).includes('"$ref"') ? schema : true;
}

function ownSchema(work: PhaseWork, tools: readonly ToolSpec[]): JsonSchema | undefined {
  if (work.kind === 'role') return { type: 'string' };
  if (work.kind === 'tool') return tools.find(({ name }) => name === work.tool)?.outputSchema;
  if (work.kind !== 'parallel') return undefined;
  const waits = (work.join ?? 'all') === 'all';
  const rows = work.branches.map(branch => {
    const schema = workSchema(branch, tools);
    return [branch.name, waits ? schema : anyOf([schema, NULL])] as const;
  });
  return { type: 'object', properties: Object.fromEntries(rows), required: rows.map(([name]) => name) };
}

function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  if (schemas.includes(true)) return true;
  const distinct = [...new Map(schemas.map(schema => [JSON.stringify(schema), schema])).values()];
  return distinct.length === 1 ? (distinct[0] ?? true) : { anyOf: distinct };
}
