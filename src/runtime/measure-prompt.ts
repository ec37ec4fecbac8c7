import type { Role } from '../model/crew.ts';
import type { OutputRequest } from '../model/effect.ts';
import { MAX_PROBLEM_LENGTH } from '../model/limits.ts';
import { textMessage } from '../model/message.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { manageControls } from '../prompts/manage-controls.ts';
import { type JobOptions, jobMessage } from '../prompts/manage-job.ts';
import { manageRules } from '../prompts/manage-rules.ts';
import { buildModelPrompt } from '../prompts/model-prompt.ts';
import { buildRepairPrompt } from '../prompts/repair-prompt.ts';
import { buildRolePrompt } from '../prompts/role-prompt.ts';

/**
 * The bytes of what every request of a role, or of a model without one, carries besides its task and what was said since,
 * in the measure of the ledger; of the longest message that asks to mend an answer; and of the words around what a
 * worker is given by `manager`. Pure.
 */
export function measurePrompt(options: {
  readonly crewGoal: string;
  readonly role?: Role;
  readonly tools: readonly ToolSpec[];
  readonly output?: OutputRequest;
  readonly manages?: Management;
  readonly manager?: string;
}): { readonly fixed: number; readonly repair: number; readonly job: number } {
  const { role, output, manages, manager: from } = options;
  const controls = manages === undefined ? [] : manageControls(manages.workers.map(({ name }) => name));
  const tools = [...options.tools, ...controls];
  const prompt =
    role === undefined ? buildModelPrompt(options) : buildRolePrompt({ ...options, role, tools });
  const system = manages === undefined ? prompt : `${prompt}\n\n${manageRules(manages)}`;
  const messages = [textMessage('system', system), textMessage('user', '')];
  // A control character takes most bytes in JSON.
  const problem = '\u0001'.repeat(MAX_PROBLEM_LENGTH);
  return {
    fixed: bytes([messages, tools, output ?? null]),
    repair: bytes([textMessage('user', buildRepairPrompt(problem, output?.schema))]) + FRAME_BYTES,
    job:
      from === undefined ? 0 : Math.max(...JOBS.map(how => jobBytes({ how, from, text: '', expected: '' }))),
  };
}

const JOBS = ['delegation', 'question', 'sent-back'] as const;

function jobBytes(job: JobOptions): number {
  return bytes([textMessage('user', jobMessage(job))]);
}

/** Whom a role manages. */
interface Management {
  readonly workers: readonly Role[];
  readonly maxDelegations: number;
  readonly concurrency: number;
}

/** The JSON around an answer that is shown again. */
const FRAME_BYTES = 200;

function bytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
