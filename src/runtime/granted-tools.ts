import type { Role } from '../model/crew.ts';
import type { Program } from '../model/program.ts';
import { grantedSpecs, type ToolSpec } from '../model/tool-spec.ts';

/** The specs of the tools that a role may call. Pure. */
export function grantedTools(program: Program, role: Role): readonly ToolSpec[] {
  return grantedSpecs(role.tools, program.tools);
}
