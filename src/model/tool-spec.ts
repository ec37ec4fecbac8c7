import type { JsonSchema } from './json.ts';

/**
 * What crews, models and people see of a tool. `name` is `<toolset>.<tool>`. `readOnly` means that a call changes
 * nothing, so it needs no consent and may be repeated after a crash; a tool that does not say so is taken as destructive.
 * `repeatable` means that calling it twice with the same arguments does no more than calling it once.
 */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly readOnly: boolean;
  readonly repeatable?: boolean;
  /** Absent for built-in tools. What a module's or a server's tool says of itself, nobody has vouched for. */
  readonly source?: 'module' | 'mcp';
  /** What the tool of an MCP server says of itself; counts only where the user's policy trusts the server. */
  readonly annotations?: ToolAnnotations;
  /** The identity of the MCP server (`serverIdentity`), and the sha256 of all that it says of the tool, both in hex. */
  readonly server?: string;
  readonly pin?: string;
  /** The name that the MCP server knows the tool by, where ours is another one. */
  readonly remoteName?: string;
  /**
   * What a tool of `builtin:memory` does with what the crew remembers, and with nothing else: it reads, edits core blocks, or
   * writes notes. Absent for all other tools; each change is kept with what was before it, and can be taken back.
   */
  readonly memory?: 'reads' | 'edits' | 'writes';
}

/** The hints of MCP; each absent one counts as the worst: may write, may destroy, not repeatable, reaches the open world. */
export interface ToolAnnotations {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** Whether a call that was under way at a crash may be made again without asking. Pure. */
export function isRepeatable(spec: ToolSpec): boolean {
  return spec.readOnly || spec.repeatable === true;
}

/** The tools that can be declared as `builtin:<name>`, known before anything is loaded. */
export type ToolCatalog = ReadonlyMap<string, readonly ToolSpec[]>;

/** The tools that grants let a role call: a grant names a toolset (`git`) or one tool (`git.diff`). Pure. */
export function grantedSpecs(grants: readonly string[], tools: readonly ToolSpec[]): readonly ToolSpec[] {
  const granted = new Set(grants);
  return tools.filter(({ name }) => granted.has(name) || granted.has(name.slice(0, name.indexOf('.'))));
}
