import type { Role, TalkWork } from '../model/crew.ts';
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
import { buildClosingPrompt } from '../prompts/talk-closing.ts';
import { buildHandOffPrompt } from '../prompts/talk-hand-off.ts';
import { YOUR_TURN_AGAIN } from '../prompts/talk-messages.ts';
import { buildTalkRules } from '../prompts/talk-rules.ts';
import { handOffControls } from './talk/hand-off-controls.ts';
import { candidatesAfter } from './talk/talk-state.ts';
import { participantsOf } from './talk/talk-turns.ts';

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
  readonly talks?: Talking;
}): { readonly fixed: number; readonly repair: number; readonly job: number } {
  const { role, output, manages, manager: from, talks } = options;
  const talk = talks === undefined || role === undefined ? undefined : talkPrompt(talks, role.name);
  const controls = manages === undefined ? [] : manageControls(manages.workers.map(({ name }) => name));
  const tools = [...options.tools, ...controls, ...(talk?.tools ?? [])];
  const prompt =
    role === undefined ? buildModelPrompt(options) : buildRolePrompt({ ...options, role, tools });
  const managing = manages === undefined ? prompt : `${prompt}\n\n${manageRules(manages)}`;
  const system = talk === undefined ? managing : `${prompt}\n\n${talk.rules}`;
  const messages = [
    textMessage('system', system),
    textMessage('user', ''),
    textMessage('user', talk?.last ?? ''),
  ];
  // A control character takes most bytes in JSON.
  const problem = '\u0001'.repeat(MAX_PROBLEM_LENGTH);
  return {
    fixed: bytes([messages, tools, output ?? null]),
    repair:
      bytes([textMessage('user', buildRepairPrompt(problem, output?.schema))]) +
      FRAME_BYTES +
      bytes(talk?.correction ?? ''),
    job:
      from === undefined ? 0 : Math.max(...JOBS.map(how => jobBytes({ how, from, text: '', expected: '' }))),
  };
}

const JOBS = ['delegation', 'question', 'sent-back'] as const;

function jobBytes(job: JobOptions): number {
  return bytes([textMessage('user', jobMessage(job))]);
}

/** The conversation that a role speaks in, or whose artifact it writes. */
interface Talking {
  readonly work: TalkWork;
  readonly roles: readonly Role[];
  readonly closing: boolean;
}

/** What a speaker is told and given beside what it has heard; `last` is what the turn itself may add. */
function talkPrompt({ work, roles, closing }: Talking, self: string) {
  const participants = participantsOf(work, roles);
  const candidates = candidatesAfter(work, self);
  const handOff = !closing && work.speaker === 'handoff' ? { handOffTo: candidates } : {};
  const isTyped = work.reply !== undefined;
  const [said = ''] = work.roles.toSorted((left, right) => right.length - left.length);
  return {
    rules: buildTalkRules({ self, participants, ...handOff, isTyped }),
    tools: handOffControls(handOff.handOffTo ?? [], work.reply).map(({ spec }) => spec),
    last: closing ? buildClosingPrompt(work.name) : YOUR_TURN_AGAIN,
    correction: handOff.handOffTo === undefined ? '' : buildHandOffPrompt({ candidates, isTyped, said }),
  };
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
