import type { Role } from '../model/crew.ts';
import type { Program } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** The specs of the tools that a role may call: a grant names a toolset (`git`) or one tool (`git.diff`). Pure. */
export function grantedTools(program: Program, role: Role): readonly ToolSpec[] {
  const grants = new Set(role.tools);
  return program.tools.filter(
    spec => grants.has(spec.name) || grants.has(spec.name.slice(0, spec.name.indexOf('.'))),
  );
}
