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
  /** For tools of a crew's own module, whose promises nobody has vouched for; absent for the others. */
  readonly source?: 'module';
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
