import { adoptSchema } from '../expressions/adopt-schema.ts';
import type { LockedServer } from '../model/crew-lock.ts';
import type { JsonSchema } from '../model/json.ts';
import { mcpExtraSpecs } from '../model/mcp-extra-specs.ts';
import type { ListedTool } from '../model/mcp-listing.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { asObject } from './lower-values.ts';
import { mcpToolNames } from './mcp-tool-names.ts';
import { findMistake } from './rules/output-schemas.ts';

/** The tools of a server under a crew's alias, and those that no crew can call, with the reason. */
export interface McpSpecs {
  readonly specs: readonly ToolSpec[];
  readonly lost: readonly { readonly tool: string; readonly why: string }[];
}

/**
 * What crews and models see of a server that was accepted: its tools as it describes them, sorted by their names, and those
 * that read its resources and prompts. Nothing that it says of itself is believed here. A tool with a schema that no value
 * can be held against is lost, alone. Pure.
 */
export function mcpSpecs(alias: string, identity: string, server: LockedServer): McpSpecs {
  const names = mcpToolNames(server.tools.map(({ name }) => name));
  const lost: { readonly tool: string; readonly why: string }[] = [];
  const specs = server.tools.flatMap((tool): readonly ToolSpec[] => {
    const why = unusable(tool);
    if (why !== undefined) {
      lost.push({ tool: tool.name, why });
      return [];
    }
    const ours = names.get(tool.name) ?? tool.name;
    return [
      {
        name: `${alias}.${ours}`,
        description: tool.description ?? '',
        inputSchema: tool.inputSchema,
        ...(tool.outputSchema === undefined ? {} : { outputSchema: tool.outputSchema }),
        readOnly: false,
        source: 'mcp',
        ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
        server: identity,
        pin: tool.pin,
        ...(ours === tool.name ? {} : { remoteName: tool.name }),
      },
    ];
  });
  const taken = [...names.values()].map(name => ({ name, inputSchema: true }) as const);
  return { specs: [...specs, ...mcpExtraSpecs(alias, identity, { ...server, tools: taken })], lost };
}

/** Why a tool cannot be called: no value can be held against its schemas. Undefined when it can. Pure. */
function unusable({ inputSchema, outputSchema }: ListedTool): string | undefined {
  const input = foreignSchemaProblem(inputSchema) ?? notOfAnObject(inputSchema);
  if (input !== undefined) return `of its input schema, ${input}`;
  const output = outputSchema === undefined ? undefined : foreignSchemaProblem(outputSchema);
  return output === undefined ? undefined : `of its output schema, ${output}`;
}

/** Why no value can be held against a schema that nobody vouches for; undefined when one can. Pure. */
export function foreignSchemaProblem(schema: JsonSchema): string | undefined {
  const { schema: own, problem } = adoptSchema(schema);
  if (own === undefined) return problem;
  return findMistake(own)?.message;
}

function notOfAnObject(schema: JsonSchema): string | undefined {
  if (schema === false) return 'nothing fits it';
  const { type } = asObject(typeof schema === 'boolean' ? {} : schema);
  const types = [type ?? 'object'].flat();
  return types.includes('object') ? undefined : 'it is not that of an object';
}
