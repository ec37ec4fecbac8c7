import type { JsonSchema } from './json.ts';

/**
 * What crews, models and people see of a tool. `name` is `<toolset>.<tool>`. `readOnly` means that a call changes
 * nothing, so it needs no consent and may be repeated after a crash; a tool that does not say so is taken as destructive.
 */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly readOnly: boolean;
}

/** The tools that can be declared as `builtin:<name>`, known before anything is loaded. */
export type ToolCatalog = ReadonlyMap<string, readonly ToolSpec[]>;
