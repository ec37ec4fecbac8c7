import type { McpListing } from './mcp-listing.ts';
import type { ToolSpec } from './tool-spec.ts';

const CURSOR = { type: 'string', description: 'Where the last answer ended; nothing for the first page.' };
const NEXT = {
  type: 'string',
  description: 'Given as `cursor`, it brings the next page; absent on the last.',
};

const RESOURCES: readonly ToolSpec[] = [
  {
    name: 'resources_list',
    description: 'Lists what this server offers to read, and the templates of addresses that it understands.',
    inputSchema: { type: 'object', additionalProperties: false, properties: { cursor: CURSOR } },
    outputSchema: {
      type: 'object',
      properties: { resources: { type: 'array' }, templates: { type: 'array' }, next: NEXT },
      required: ['resources', 'templates'],
    },
    readOnly: false,
  },
  {
    name: 'resource_read',
    description: 'Reads one resource of this server.',
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      properties: { uri: { type: 'string', description: 'Its address, as `resources_list` shows it.' } },
      required: ['uri'],
    },
    outputSchema: { type: 'object', properties: { contents: { type: 'array' } }, required: ['contents'] },
    readOnly: false,
  },
];

const PROMPTS: readonly ToolSpec[] = [
  {
    name: 'prompts_list',
    description: 'Lists the prompts that this server offers, with their arguments.',
    inputSchema: { type: 'object', additionalProperties: false, properties: { cursor: CURSOR } },
    outputSchema: {
      type: 'object',
      properties: { prompts: { type: 'array' }, next: NEXT },
      required: ['prompts'],
    },
    readOnly: false,
  },
  {
    name: 'prompt_get',
    description: 'Fills in one prompt of this server.',
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', description: 'Its name, as `prompts_list` shows it.' },
        arguments: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'Its arguments by name.',
        },
      },
      required: ['name'],
    },
    outputSchema: { type: 'object', properties: { messages: { type: 'array' } }, required: ['messages'] },
    readOnly: false,
  },
];

/**
 * The tools that a server's resources and prompts become, under the crew's alias. They have no pin, for the words are ours;
 * a tool of the server with one of these names goes before. They are foreign: read-only by nature, but a server may lie.
 * Pure.
 */
export function mcpExtraSpecs(
  alias: string,
  identity: string,
  listing: Pick<McpListing, 'tools' | 'resources' | 'prompts'>,
): readonly ToolSpec[] {
  const taken = new Set(listing.tools.map(({ name }) => name));
  const rows = [...(listing.resources ? RESOURCES : []), ...(listing.prompts ? PROMPTS : [])];
  return rows
    .filter(({ name }) => !taken.has(name))
    .map(spec => ({
      ...spec,
      name: `${alias}.${spec.name}`,
      source: 'mcp',
      server: identity,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    }));
}
