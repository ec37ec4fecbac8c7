import type { JsonObject } from '../../src/model/json.ts';
import { MEMORY_TOOL_SPECS } from '../../src/model/memory-tool-specs.ts';
import type { ReadSource } from '../../src/model/source.ts';
import type { ToolCatalog, ToolSpec } from '../../src/model/tool-spec.ts';
import { TRIAL_SPECS } from '../../src/tools/trial/specs.ts';

function tool(name: string, properties: JsonObject, required: readonly string[]): ToolSpec {
  const inputSchema = { type: 'object', properties, required, additionalProperties: false };
  return { name, description: `The tool ${name}`, inputSchema, readOnly: true };
}

/** A catalog in the shape of the built-in one. */
export const CATALOG: ToolCatalog = new Map([
  [
    'git',
    [
      tool('git.diff', { range: { type: 'string' }, context: { type: 'integer', minimum: 0 } }, ['range']),
      tool('git.log', { limit: { type: 'integer' } }, []),
    ],
  ],
  [
    'files',
    [
      tool('files.read', { path: { type: 'string' } }, ['path']),
      {
        ...tool('files.write', { path: { type: 'string' }, text: { type: 'string' } }, ['path', 'text']),
        readOnly: false,
      },
    ],
  ],
  ['memory', MEMORY_TOOL_SPECS],
  ['review', [tool('review.static', { diff: { type: 'object' } }, ['diff'])]],
  ['trial', TRIAL_SPECS],
]);

/** Reads from texts by path instead of from a disk. */
export function sourceOf(files: Readonly<Record<string, string>>): ReadSource {
  return path => (Object.hasOwn(files, path) ? files[path] : undefined);
}
