import type { JsonObject, JsonSchema } from './json.ts';
import type { ToolAnnotations } from './tool-spec.ts';

/** What a server says of one of its tools. All of it is foreign text; `name` has no alias in front. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: ToolAnnotations;
}

/** What a server offers when it is asked. `problems` say which tools were left out, and why. */
export interface McpListing {
  readonly server: { readonly name: string; readonly version: string };
  readonly protocol: string;
  readonly tools: readonly ListedTool[];
  readonly resources: boolean;
  readonly prompts: boolean;
  readonly problems: readonly string[];
}

/** What the pin of a tool is the sha256 of, in canonical JSON: who says it, and all that it says. Pure. */
export function pinContent(identity: string, tool: ListedTool): JsonObject {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const said = { name, title, description, inputSchema, outputSchema, annotations };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { server: identity, ...Object.fromEntries(given) } as JsonObject;
}
