import type { Role } from '../../model/crew.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Message, textMessage } from '../../model/message.ts';
import { grantedSpecs, type ToolSpec } from '../../model/tool-spec.ts';
import { buildRolePrompt } from '../../prompts/role-prompt.ts';
import { blocksOf, notesOf } from '../remember/reminders.ts';
import type { WorkContext } from '../work-context.ts';
import { modelOfRole } from './model-key.ts';
import { startTurns } from './turn-loop.ts';
import type { Control, TurnStep, TurnTask } from './turn-loop-state.ts';

/** How a role begins to work: its task, what it is told after its system prompt, and what it may do beside its tools. */
export interface RoleTurnsOptions {
  readonly task: TurnTask;
  readonly key: string;
  /** What follows the system prompt. */
  readonly messages: readonly Message[];
  readonly values: JsonObject;
  readonly controls?: readonly Control[];
  /** Asked instead of the role's own model: an alias or a use. */
  readonly model?: string;
  /** More for the system prompt, such as the rules of a conversation. */
  readonly rules?: string;
}

/** Starts a role's turn loop with its own prompt, model and granted tools. Pure. */
export function startRoleTurns(options: RoleTurnsOptions, context: WorkContext): TurnStep {
  const { task, key, messages, values, controls = [], model: asked, rules } = options;
  const role = roleOf(context, task.role);
  const tools = toolsOf(context, role);
  const output = task.output === undefined ? {} : { output: { name: task.name, schema: task.output } };
  const specs = [...tools, ...controls.map(control => control.spec)];
  const prompt = buildRolePrompt({ crewGoal: context.program.goal, role, tools: specs, ...output });
  const blocks = blocksOf(context, role.name, tools);
  const sections = [prompt, rules ?? '', blocks].filter(text => text !== '');
  const system = textMessage('system', sections.join('\n\n'));
  const model = modelOfRole(context, role, asked);
  const paid = role.budget === undefined ? {} : { paidBy: role.name };
  const notes = notesOf(context, role.name);
  const [first] = messages;
  const told = notes.length === 0 || first === undefined ? {} : { asked: first };
  const all = [system, ...notes, ...messages];
  return startTurns({ task, key, model, messages: all, values, tools, controls, ...paid, ...told }, context);
}

/** The tools that a role may call; those of memory are left out where the run has none. Pure. */
export function toolsOf({ program, withoutMemory }: WorkContext, { tools }: Role): readonly ToolSpec[] {
  const granted = grantedSpecs(tools, program.tools);
  return withoutMemory === undefined ? granted : granted.filter(({ memory }) => memory === undefined);
}

/** The role of that name. Pure. */
export function roleOf({ program }: WorkContext, name: string): Role {
  const role = program.roles.find(candidate => candidate.name === name);
  if (role === undefined) throw new Error(`compiled program has no role ${name}`);
  return role;
}
