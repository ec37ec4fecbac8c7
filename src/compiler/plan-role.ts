import type { Role, TalkWork } from '../model/crew.ts';
import type { ModelTerms } from '../model/fact.ts';
import type { JsonSchema } from '../model/json.ts';
import {
  MAX_ANSWER_LENGTH,
  MAX_CALL_WAIT_MS,
  MAX_FAILED_CALLS,
  MAX_MODEL_CALL_MS,
  MAX_PROBLEM_LENGTH,
  MAX_REPAIRS,
  MAX_TOOL_CALLS_PER_TURN,
  MAX_TOOL_RESULT_LENGTH,
  MAX_TRIES,
  MAX_WARNING_BYTES,
} from '../model/limits.ts';
import type { Bound, PlanFactor } from '../model/plan.ts';
import { grantedSpecs, type ToolSpec } from '../model/tool-spec.ts';
import { atOnce, product } from './plan-bound.ts';
import { addNote, type Management, type PlanContext } from './plan-context.ts';
import { type AliasTerms, aliasTerms } from './plan-fallbacks.ts';
import { decisionBytes, rolePromptBytes } from './plan-memory.ts';
import { BYTES_PER_UNIT, templateBytes } from './plan-sizes.ts';

/** A bound and what it is made of. */
export interface ExplainedBound {
  readonly bound: Bound;
  readonly factors: readonly PlanFactor[];
}

/** One attempt of a role at a task. */
export interface RoleTask {
  readonly path: string;
  readonly name: string;
  readonly role: string;
  readonly task: string;
  readonly maxTurns: number;
  readonly output?: JsonSchema;
  /** Asked instead of the role's own. */
  readonly model?: string;
  /** The controls of a role that manages others let it take turns, but are no tool calls. */
  readonly manages?: Management;
  /** What a worker is given, asked or sent back, so many times, in one conversation at worst. */
  readonly jobs?: { readonly from: string; readonly count: number };
  /** A reply in a conversation, or its closing, after replies of so many bytes. */
  readonly talks?: { readonly work: TalkWork; readonly heardBytes: number; readonly closing: boolean };
}

/** The least JSON that a tool call takes in an answer, and the JSON around one result, in bytes. */
const LEAST_CALL_LENGTH = 55;
const RESULT_FRAME = 300;

/**
 * Bounds one attempt of a role. A role with tools may call some in every turn but the last and may be asked to mend an
 * answer after that; a role without tools delivers in its first turn. Pure but for the notes.
 */
export function boundRole(context: PlanContext, task: RoleTask): ExplainedBound {
  const role = context.roles.find(each => each.name === task.role);
  const tools = role === undefined ? [] : grantedSpecs(role.tools, context.tools);
  const { terms, models } =
    role === undefined ? NO_TERMS : aliasTerms(context.terms, keyOf(context, role, task.model));
  const rules = terms?.rules;
  const jobs = task.jobs?.count ?? 1;
  // A model that goes by rules calls tools, but never a control.
  const hasTurns = tools.length > 0 || (hasControls(task) && rules === undefined);
  const workTurns = hasTurns ? Math.min(task.maxTurns, rules?.answers ?? task.maxTurns) : 1;
  const turns = (workTurns + MAX_REPAIRS) * jobs;
  const failures = rules === undefined ? failedCalls(workTurns + MAX_REPAIRS, models) * jobs : 0;
  const calls = turns + failures;
  const toolsAtOnce = Math.min(MAX_TOOL_CALLS_PER_TURN, rules?.toolCalls ?? MAX_TOOL_CALLS_PER_TURN);
  const toolCalls = tools.length === 0 ? 0 : (workTurns - 1) * toolsAtOnce * jobs;
  const spend = boundSpend(context, {
    path: task.path,
    terms,
    calls,
    input: turnSizes(context, { task, role, tools, turns, terms }),
  });
  const timeMs =
    calls * MAX_MODEL_CALL_MS + failures * MAX_CALL_WAIT_MS + (toolCalls > 0 ? Number.POSITIVE_INFINITY : 0);
  const bound = { calls, undisturbedCalls: workTurns * jobs, toolCalls, ...spend, timeMs };
  const turnReason = reasonOfTurns(hasTurns, workTurns < task.maxTurns);
  return {
    bound,
    factors: [
      { what: 'turns', count: workTurns, why: turnReason },
      { what: 'repairs', count: MAX_REPAIRS, why: 'answers that do not fit are mended at most so often' },
      ...(failures === 0
        ? []
        : [
            {
              what: 'failed calls',
              count: failures,
              why:
                models === 1
                  ? 'an attempt lives through so many failures of its provider'
                  : `an attempt lives through so many failures of its ${models} models`,
            },
          ]),
      ...(toolCalls === 0
        ? []
        : [
            {
              what: 'tools at once',
              count: toolsAtOnce,
              why: 'one answer may call so many, in every turn but the last',
            },
          ]),
      ...tokenFactors(terms),
    ],
  };
}

/** The tools by which a role delegates or hands over. */
function hasControls({ manages, talks, role }: RoleTask): boolean {
  if (talks === undefined || talks.closing) return manages !== undefined;
  const { speaker, transitions } = talks.work;
  return speaker === 'handoff' && Object.hasOwn(transitions, role) && transitions[role]?.length !== 0;
}

function reasonOfTurns(hasTools: boolean, isBoundByRules: boolean): string {
  if (!hasTools) return 'no tools, so the first answer delivers';
  return isBoundByRules ? 'the rules of the model: tools once, then its answer' : '`max_turns`';
}

/** Models that are asked at once, each in a conversation of its own without tools. */
export interface SingleTurns {
  readonly path: string;
  /** What the artifact is called. */
  readonly name: string;
  /** Aliases or uses. */
  readonly models: readonly string[];
  /** The most bytes of the message that asks. */
  readonly promptBytes: number;
  readonly output?: JsonSchema;
}

/** Bounds models that are asked at once and deliver in their first turn, but may be asked to mend it. Pure but for the notes. */
export function boundSingleTurns(context: PlanContext, turns: SingleTurns): Bound {
  return atOnce(turns.models.map(model => boundSingleTurn(context, { ...turns, model })));
}

function boundSingleTurn(
  context: PlanContext,
  { path, name, model, promptBytes, output: schema }: SingleTurns & { readonly model: string },
): Bound {
  const { terms, models } = aliasTerms(context.terms, model);
  const output = schema === undefined ? {} : { output: { name, schema } };
  const prompt = context.measurePrompt({ crewGoal: context.crewGoal, tools: [], ...output });
  const turns = 1 + MAX_REPAIRS;
  const failures = terms?.rules === undefined ? failedCalls(turns, models) : 0;
  const calls = turns + failures;
  const growth = MAX_ANSWER_LENGTH * BYTES_PER_UNIT + prompt.repair;
  const first = prompt.fixed + promptBytes + context.lessonBytes;
  const input = growingRequests(context, { first, growth, turns });
  const timeMs = calls * MAX_MODEL_CALL_MS + failures * MAX_CALL_WAIT_MS;
  return {
    calls,
    undisturbedCalls: 1,
    toolCalls: 0,
    ...boundSpend(context, { path, terms, calls, input }),
    timeMs,
  };
}

/** The terms of the model that works for a role, before it has failed. Pure. */
export function termsOf(context: PlanContext, role: Role): ModelTerms | undefined {
  return context.terms.get(keyOf(context, role));
}

const NO_TERMS: AliasTerms = { terms: undefined, models: 1 };

function keyOf({ terms }: PlanContext, { name, model }: Role, asked = model): string {
  return terms.has(`role:${name}`) ? `role:${name}` : asked;
}

/** Each model is given up after so many failures, and all but the last one hand the call on once. */
function failedCalls(turns: number, models: number): number {
  return Math.min(MAX_FAILED_CALLS, turns * (MAX_TRIES - 1)) * models + models - 1;
}

/** The bytes of an attempt's largest request, and of all its answered requests together. */
interface RequestBytes {
  readonly largest: number;
  readonly sum: number;
  readonly sizeOf?: (turn: number) => number;
  readonly turns?: number;
}

function turnSizes(
  context: PlanContext,
  {
    task,
    role,
    tools,
    turns,
    terms,
  }: {
    readonly task: RoleTask;
    readonly role: Role | undefined;
    readonly tools: readonly ToolSpec[];
    readonly turns: number;
    readonly terms: ModelTerms | undefined;
  },
): RequestBytes {
  if (role === undefined) return { largest: Number.POSITIVE_INFINITY, sum: Number.POSITIVE_INFINITY };
  const output = task.output === undefined ? {} : { output: { name: task.name, schema: task.output } };
  const { jobs, manages, talks } = task;
  const more = {
    ...(talks === undefined ? {} : { talks: { ...talks, roles: context.roles } }),
    ...(manages === undefined ? {} : { manages }),
    ...(jobs === undefined ? {} : { manager: jobs.from }),
  };
  const prompt = context.measurePrompt({ crewGoal: context.crewGoal, role, tools, ...output, ...more });
  const answer = MAX_ANSWER_LENGTH * BYTES_PER_UNIT;
  // What a worker is given stands in one answer of the role that manages it.
  const job = jobs === undefined || context.knownOnly ? 0 : prompt.job + answer;
  const heard = context.knownOnly ? 0 : (talks?.heardBytes ?? 0);
  const remembered = rolePromptBytes(role, context) + (manages === undefined ? 0 : decisionBytes(context));
  const told = terms?.declaredContextTokens === undefined ? 0 : MAX_WARNING_BYTES;
  const asked = templateBytes(task.task, context.sizes);
  const first = prompt.fixed + asked + context.lessonBytes + job + heard + remembered + told;
  const repaired = answer + prompt.repair;
  const onlyDelivers = tools.length === 0 && !hasControls(task);
  const growth = (onlyDelivers ? repaired : Math.max(repaired, toolTurnBytes())) + job;
  return growingRequests(context, { first, growth, turns });
}

/** Each request has what the one before it had, its answer and what was said to that. */
function growingRequests(
  { knownOnly }: PlanContext,
  options: { readonly first: number; readonly growth: number; readonly turns: number },
): RequestBytes {
  const { turns } = options;
  const growth = knownOnly ? 0 : options.growth;
  // What has no bound is not known either.
  const first = knownOnly && !Number.isFinite(options.first) ? 0 : options.first;
  const sizeOf = (turn: number): number => first + (turn - 1) * growth;
  return { largest: sizeOf(turns), sum: (turns * (first + sizeOf(turns))) / 2, sizeOf, turns };
}

/** An answer with calls, and its results: ids and names stand in both. */
function toolTurnBytes(): number {
  const answer = MAX_ANSWER_LENGTH * BYTES_PER_UNIT;
  const result = Math.max(MAX_TOOL_RESULT_LENGTH * BYTES_PER_UNIT, MAX_PROBLEM_LENGTH * 6) + RESULT_FRAME;
  const refusals = Math.ceil(MAX_ANSWER_LENGTH / LEAST_CALL_LENGTH) * RESULT_FRAME;
  return 2 * answer + MAX_TOOL_CALLS_PER_TURN * result + refusals;
}

function boundSpend(
  context: PlanContext,
  {
    path,
    terms,
    calls,
    input,
  }: {
    readonly path: string;
    readonly terms: ModelTerms | undefined;
    readonly calls: number;
    readonly input: RequestBytes;
  },
): Pick<Bound, 'inputTokens' | 'outputTokens' | 'costMicroUsd'> {
  if (terms?.languageModel === false) return { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 };
  const inputTokens = boundInput(input, calls, terms?.contextTokens ?? Number.POSITIVE_INFINITY);
  const outputTokens = terms === undefined ? Number.POSITIVE_INFINITY : calls * terms.maxTokens;
  if (inputTokens === Number.POSITIVE_INFINITY) {
    const message =
      'the context window of the model is not known, and the length of what it reads has no bound';
    addNote(context, { code: 'input-unbounded', place: context.prefix + path, message });
  }
  if (outputTokens === Number.POSITIVE_INFINITY) {
    const message = 'nothing is known of the model, so its output has no bound';
    addNote(context, { code: 'output-unbounded', place: context.prefix + path, message });
  }
  const price = terms?.price ?? null;
  if (price === null) {
    const message = 'the price of its model is not known, so money has no bound here';
    addNote(context, { code: 'price-unknown', place: context.prefix + path, message });
    return { inputTokens, outputTokens, costMicroUsd: Number.POSITIVE_INFINITY };
  }
  const inputPrice = Math.max(price.inputMicroUsd, price.cachedInputMicroUsd);
  const micro = product(inputTokens, inputPrice) + product(outputTokens, price.outputMicroUsd);
  // The ledger rounds every call up.
  return { inputTokens, outputTokens, costMicroUsd: Math.ceil(micro / 1_000_000) + calls };
}

/** Answered requests grow turn by turn; failed ones are taken as long as the largest. No token is shorter than a byte. */
function boundInput({ largest, sum, sizeOf, turns }: RequestBytes, calls: number, window: number): number {
  if (sizeOf === undefined || turns === undefined) return Math.min(sum, calls * window);
  const failed = (calls - turns) * Math.min(window, largest);
  if (window === Number.POSITIVE_INFINITY) return sum + failed;
  let answered = 0;
  for (let turn = 1; turn <= turns; turn += 1) answered += Math.min(window, sizeOf(turn));
  return answered + failed;
}

function tokenFactors(terms: ModelTerms | undefined): readonly PlanFactor[] {
  if (terms === undefined || !terms.languageModel) return [];
  const output = { what: 'tokens out a call', count: terms.maxTokens, why: '`max_tokens` of the model' };
  if (terms.contextTokens === undefined) return [output];
  return [
    { what: 'tokens in a call', count: terms.contextTokens, why: 'the context window of the model' },
    output,
  ];
}
