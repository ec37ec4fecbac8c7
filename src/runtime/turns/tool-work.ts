import { argumentProblems } from '../../expressions/foreign-problems.ts';
import { evaluateTemplate } from '../../expressions/template-evaluate.ts';
import { describeProblems } from '../../expressions/validate-value.ts';
import type { ToolWork } from '../../model/crew.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonObject } from '../../model/json.ts';
import { isRepeatable } from '../../model/tool-spec.ts';
import { completed, failed, type Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';
import { originOfCall } from './call-origin.ts';
import { toolEnded } from './tool-ended.ts';

/** A tool phase has one call under way and nothing else to remember. */
export interface ToolState {
  readonly kind: 'tool';
  readonly work: ToolWork;
}

/**
 * A deterministic tool call, as a decider: the arguments are the templates of `with:`, the artifact is the result.
 * Fails with TOOL_ARGUMENTS when they do not fit the tool's schema, TOOL_UNKNOWN, or with the tool's own code.
 */
export function startTool(work: ToolWork, context: WorkContext): Step<ToolState> {
  const state = { kind: 'tool', work } as const;
  const args = evaluateTemplate(work.with, context.scope) as JsonObject;
  const spec = context.program.tools.find(tool => tool.name === work.tool);
  if (spec === undefined) {
    return failed(state, { code: 'TOOL_UNKNOWN', message: `there is no tool \`${work.tool}\`` });
  }
  const problems = argumentProblems(spec, args);
  if (problems.length > 0) {
    const message = `\`${work.tool}\`: ${describeProblems(problems, 5)}`;
    return failed(state, { code: 'TOOL_ARGUMENTS', message });
  }
  const key = `${context.key}/tool`;
  const crew = context.crewPath === '' ? {} : { crew: context.crewPath };
  const call: Effect = {
    type: 'tool.call',
    key,
    tool: work.tool,
    args,
    repeatable: isRepeatable(spec),
    ...crew,
    ...originOfCall(context, { spec, role: '' }),
  };
  return { state, effects: [call] };
}

/** Decides on the outcome of the call. Pure. */
export function decideTool(state: ToolState, context: WorkContext, fact: Fact): Step<ToolState> {
  if (fact.type === 'tool.failed') {
    return failed(state, fact.failure, [toolEnded(context, state.work.tool, fact)]);
  }
  if (fact.type !== 'tool.returned') throw new Error(`a tool phase cannot decide on ${fact.type}`);
  return completed(state, fact.value, [toolEnded(context, state.work.tool, fact)]);
}
