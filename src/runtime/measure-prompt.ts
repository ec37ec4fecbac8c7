import type { Role } from '../model/crew.ts';
import type { OutputRequest } from '../model/effect.ts';
import { MAX_PROBLEM_LENGTH } from '../model/limits.ts';
import { textMessage } from '../model/message.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { buildModelPrompt } from '../prompts/model-prompt.ts';
import { buildRepairPrompt } from '../prompts/repair-prompt.ts';
import { buildRolePrompt } from '../prompts/role-prompt.ts';

/**
 * The bytes of what every request of a role, or of a model without one, carries besides its task and what was said since, in the measure of the
 * ledger; and of the longest message that asks to mend an answer. Pure.
 */
export function measurePrompt(options: {
  readonly crewGoal: string;
  readonly role?: Role;
  readonly tools: readonly ToolSpec[];
  readonly output?: OutputRequest;
}): { readonly fixed: number; readonly repair: number } {
  const { role, tools, output } = options;
  const system = role === undefined ? buildModelPrompt(options) : buildRolePrompt({ ...options, role });
  const messages = [textMessage('system', system), textMessage('user', '')];
  // A control character takes most bytes in JSON.
  const problem = '\u0001'.repeat(MAX_PROBLEM_LENGTH);
  return {
    fixed: bytes([messages, tools, output ?? null]),
    repair: bytes([textMessage('user', buildRepairPrompt(problem, output?.schema))]) + FRAME_BYTES,
  };
}

/** The JSON around an answer that is shown again. */
const FRAME_BYTES = 200;

function bytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
