import { argumentProblems } from '../../expressions/foreign-problems.ts';
import { evaluateCondition, evaluateTemplate, renderTemplate } from '../../expressions/template-evaluate.ts';
import { describeProblems, validateValue } from '../../expressions/validate-value.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { JUDGEMENT_SCHEMA } from '../../model/judgement.ts';
import { MAX_LESSON_LENGTH, MAX_REPLY_TURNS } from '../../model/limits.ts';
import { textMessage } from '../../model/message.ts';
import type { Check } from '../../model/reflection.ts';
import { isRepeatable } from '../../model/tool-spec.ts';
import { startRoleTurns } from '../turns/role-turns.ts';
import type { TurnLoop } from '../turns/turn-loop-state.ts';
import { valuesRead } from '../turns/values-read.ts';
import type { WorkContext } from '../work-context.ts';

/** What an evaluation, or one check of it, came to. `feedback` is at most MAX_LESSON_LENGTH long. */
export interface Verdict {
  readonly passed: boolean;
  readonly score: number;
  readonly feedback: string;
}

/** A verdict at once, or what has to be asked or called for it. */
type CheckStart =
  | { readonly verdict: Verdict }
  | { readonly effects: readonly Effect[]; readonly loop?: TurnLoop };

const MAX_PROBLEMS = 10;

/**
 * Begins one check of an artifact, which stands in the scope under the name of its phase. A schema and an expression
 * give a verdict at once; a tool is called under the key `call`, a role judges in turns under the key `judge`. Fails with
 * TEMPLATE_FAILED, TOOL_UNKNOWN or TOOL_ARGUMENTS. Pure.
 */
export function startCheck(
  check: Check,
  artifact: JsonValue,
  context: WorkContext & { readonly call: string; readonly judge: string },
): CheckStart {
  switch (check.kind) {
    case 'schema': {
      const problems = validateValue(check.schema, artifact);
      const feedback =
        problems.length === 0 ? 'it fits the schema' : describeProblems(problems, MAX_PROBLEMS);
      return { verdict: verdictOf(problems.length === 0, feedback) };
    }
    case 'expression': {
      const passed = evaluateCondition(check.condition, context.scope);
      const holds = passed ? 'holds' : 'does not hold';
      return { verdict: verdictOf(passed, `the condition \`${check.condition}\` ${holds}`) };
    }
    case 'tool':
      return { effects: [toolCall(check, context)] };
    case 'role': {
      const { role, task: asked } = check;
      const task = { name: 'evaluation', role, output: JUDGEMENT_SCHEMA, maxTurns: MAX_REPLY_TURNS };
      const messages = [textMessage('user', renderTemplate(asked, context.scope))];
      const values = valuesRead(asked, context.scope);
      const { loop, effects } = startRoleTurns({ task, key: context.judge, messages, values }, context);
      return { loop, effects };
    }
  }
}

/**
 * Reads the verdict out of what a tool returned, which stands in the scope as `evaluation`. Without `score` it is 1 or 0.
 * Fails with TEMPLATE_FAILED, also when `score` is no number. Pure.
 */
export function toolVerdict(
  check: Extract<Check, { kind: 'tool' }>,
  evaluation: JsonValue,
  scope: JsonObject,
): Verdict {
  const judged = { ...scope, evaluation };
  const passed = evaluateCondition(check.pass, judged);
  const feedback = feedbackOf(check, evaluation, judged);
  if (check.score === undefined) return verdictOf(passed, feedback);
  const given = evaluateTemplate(check.score, judged);
  const score = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof score === 'number' && Number.isFinite(score)) return { ...verdictOf(passed, feedback), score };
  const found = JSON.stringify(given).slice(0, 200).toWellFormed();
  throw new CrewError('TEMPLATE_FAILED', `expected a number of \`${check.score}\`, found ${found}`);
}

/** The verdict of a role, as the turn loop has checked it. Pure. */
export function roleVerdict({ passed, score, feedback }: Verdict): Verdict {
  return { passed, score, feedback: cut(feedback) };
}

function feedbackOf(
  { feedback }: Extract<Check, { kind: 'tool' }>,
  evaluation: JsonValue,
  judged: JsonObject,
): string {
  if (feedback !== undefined) return renderTemplate(feedback, judged);
  return typeof evaluation === 'string' ? evaluation : JSON.stringify(evaluation);
}

function verdictOf(passed: boolean, feedback: string): Verdict {
  return { passed, score: passed ? 1 : 0, feedback: cut(feedback) };
}

function cut(text: string): string {
  return text.slice(0, MAX_LESSON_LENGTH).toWellFormed();
}

function toolCall(
  check: Extract<Check, { kind: 'tool' }>,
  { program, crewPath, scope, call: key }: WorkContext & { readonly call: string },
): Effect {
  const { tool } = check;
  const args = evaluateTemplate(check.with, scope) as JsonObject;
  const spec = program.tools.find(each => each.name === tool);
  if (spec === undefined) throw new CrewError('TOOL_UNKNOWN', `there is no tool \`${tool}\``);
  const problems = argumentProblems(spec, args);
  if (problems.length > 0) {
    throw new CrewError('TOOL_ARGUMENTS', `\`${tool}\`: ${describeProblems(problems, 5)}`);
  }
  const crew = crewPath === '' ? {} : { crew: crewPath };
  return { type: 'tool.call', key, tool, args, repeatable: isRepeatable(spec), ...crew };
}
