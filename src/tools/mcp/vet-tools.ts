import type { JsonObject, JsonSchema } from '../../model/json.ts';
import type { ListedTool } from '../../model/mcp-listing.ts';
import type { ToolAnnotations } from '../../model/tool-spec.ts';
import { headerProblem } from './header-declarations.ts';
import { isObject, jsonTrouble } from './json-depth.ts';

/** Beside letters, digits and `_ - . /` nothing may stand in a name, so that none can look like another. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$/;
const MAX_TITLE_LENGTH = 300;
const MAX_DESCRIPTION_LENGTH = 20_000;
const MAX_SCHEMA_LENGTH = 262_144;
const MAX_SCHEMA_DEPTH = 100;
const MAX_TOOLS = 1000;

/** The tools of a list that can be used, and why others cannot. */
export interface VettedTools {
  readonly tools: readonly ListedTool[];
  readonly problems: readonly string[];
}

/**
 * Keeps the tools of a page whose words can be shown, pinned and called; each other one is a problem of one line. Only
 * what a pin covers is kept of a tool. Pure.
 */
export function vetTools(page: readonly unknown[]): VettedTools {
  const tools: ListedTool[] = [];
  const problems: string[] = [];
  for (const raw of page.slice(0, MAX_TOOLS)) {
    const vetted = vetTool(raw);
    if (typeof vetted === 'string') problems.push(vetted);
    else tools.push(vetted);
  }
  if (page.length > MAX_TOOLS)
    problems.push(`it lists ${page.length} tools at once; only ${MAX_TOOLS} are read`);
  return { tools, problems };
}

/** All pages as one: two tools with one name are both left out, for nobody knows which of them would run. Pure. */
export function mergePages(pages: readonly VettedTools[]): VettedTools {
  const all = pages.flatMap(({ tools }) => tools);
  const counts = new Map<string, number>();
  for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  const kept = all.filter(({ name }) => counts.get(name) === 1);
  const repeated = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
  const problems = [
    ...pages.flatMap(page => page.problems),
    ...repeated.map(name => `${title(name)} is left out: the server lists it more than once`),
    ...(kept.length > MAX_TOOLS ? [`it lists ${kept.length} tools; only ${MAX_TOOLS} are used`] : []),
  ];
  const tools = kept.slice(0, MAX_TOOLS).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { tools, problems };
}

function vetTool(raw: unknown): ListedTool | string {
  if (!isObject(raw)) return 'one of its tools is left out: it is no JSON object';
  const { name, description, inputSchema, outputSchema } = raw;
  if (typeof name !== 'string' || name === '') return 'one of its tools is left out: it has no name';
  const out = (why: string): string => `${title(name)} is left out: ${why}`;
  if (!NAME.test(name))
    return out('its name has other characters than letters, digits and `_-./`, or is too long');
  if (name in Object.prototype) return out('its name means something else in programs');
  const toolTitle = raw.title ?? (isObject(raw.annotations) ? raw.annotations.title : undefined);
  const wordsProblem =
    textProblem('title', toolTitle, MAX_TITLE_LENGTH) ??
    textProblem('description', description, MAX_DESCRIPTION_LENGTH);
  if (wordsProblem !== undefined) return out(wordsProblem);
  if (!isObject(inputSchema) || inputSchema.type !== 'object')
    return out('its `inputSchema` is no schema of an object');
  if (outputSchema !== undefined && !isObject(outputSchema)) return out('its `outputSchema` is no schema');
  const schemasProblem =
    schemaProblem('inputSchema', inputSchema) ??
    schemaProblem('outputSchema', outputSchema) ??
    headerProblem(inputSchema);
  if (schemasProblem !== undefined) return out(schemasProblem);
  if (isObject(raw.execution) && raw.execution.taskSupport === 'required') {
    return out('it can only be called as a task, which is an extension that is not spoken here');
  }
  const annotations = hintsOf(raw.annotations);
  return {
    name,
    ...(typeof toolTitle === 'string' ? { title: toolTitle } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    inputSchema: inputSchema as JsonObject,
    ...(outputSchema === undefined ? {} : { outputSchema: outputSchema as JsonSchema }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function textProblem(field: string, value: unknown, maxLength: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return `its \`${field}\` is no text`;
  if (value.length > maxLength)
    return `its \`${field}\` has ${value.length} characters, the limit is ${maxLength}`;
  return value.isWellFormed() ? undefined : `its \`${field}\` has half a character`;
}

function schemaProblem(field: string, schema: JsonObject | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const trouble = jsonTrouble(schema, MAX_SCHEMA_DEPTH);
  if (trouble === 'depth') return `its \`${field}\` has more than ${MAX_SCHEMA_DEPTH} levels`;
  if (trouble === 'text') return `its \`${field}\` has half a character`;
  const { length } = JSON.stringify(schema);
  return length > MAX_SCHEMA_LENGTH
    ? `its \`${field}\` has ${length} characters, the limit is ${MAX_SCHEMA_LENGTH}`
    : undefined;
}

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

/** A hint that is neither true nor false says nothing, so it counts as the worst. */
function hintsOf(annotations: unknown): ToolAnnotations | undefined {
  if (!isObject(annotations)) return undefined;
  const given = HINTS.flatMap(hint => {
    const value = annotations[hint];
    return typeof value === 'boolean' ? [[hint, value] as const] : [];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function title(name: string): string {
  return JSON.stringify(name.slice(0, 80).toWellFormed());
}
