import type { CallToolResult } from '@modelcontextprotocol/server';
import type { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import type { RunEnd } from './served-crew.ts';

const SPEND_SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    calls: { type: 'integer' },
    toolCalls: { type: 'integer' },
    inputTokens: { type: 'integer' },
    outputTokens: { type: 'integer' },
    costMicroUsd: { type: ['integer', 'null'], description: 'millionths of a US dollar; null when unknown' },
  },
  required: ['calls', 'toolCalls', 'inputTokens', 'outputTokens', 'costMicroUsd'],
};

/** Where a result says of what run it is, and how that was left, for programs; `_meta` of the protocol. */
const RUN_META = 'crewfile/run';

/**
 * The schema of what a call of a crew gives when its run has ended by its procedure: which run it was, and the result.
 * `result` is put in as it is, so it must not refer to parts of itself from its root. Pure.
 */
export function outputSchema(result: JsonSchema): JsonObject {
  return {
    type: 'object',
    properties: {
      run: { type: 'string', description: 'the id of the run; its record is the resource crew://runs/<run>' },
      outcome: { enum: ['success', 'failure'] },
      result: result === true ? {} : result,
      spend: SPEND_SCHEMA,
    },
    required: ['run', 'outcome', 'result', 'spend'],
  };
}

/**
 * How a run was left, as the result of a call. A run that ended by its procedure has structured content; every other one is
 * an error, says in words what to do, and in `_meta` what programs need for it. Pure.
 */
export function crewResult(end: RunEnd): CallToolResult {
  const content = textsOf(end).map(text => ({ type: 'text' as const, text }));
  const { runId: run, outcome } = end;
  if (!('result' in end)) return { content, isError: true, _meta: { [RUN_META]: stateOf(end) } };
  return { content, structuredContent: { run, outcome, result: end.result, spend: spendOf(end) } };
}

/** A call that began no run: its code, what was wrong and what to do. Pure. */
export function refusedCall({
  code,
  message,
  hint,
}: Pick<CrewError, 'code' | 'message' | 'hint'>): CallToolResult {
  return { content: [{ type: 'text', text: `${code}: ${message}\n${hint}` }], isError: true };
}

function stateOf(end: Exclude<RunEnd, { readonly result: JsonValue }>): JsonObject {
  const { runId: run, outcome } = end;
  if (end.outcome === 'interrupted') return { run, outcome, goOn: end.goOn };
  const failure = { ...end.failure, hint: end.hint };
  const known = { run, outcome, failure, spend: spendOf(end) };
  if (end.outcome === 'error') return known;
  const questions = end.questions.map(({ phase, text, commands }) => ({ phase, text, commands }));
  return { ...known, questions, goOn: end.goOn };
}

function spendOf({ spend }: Extract<RunEnd, { spend: unknown }>): JsonObject {
  const { calls, toolCalls, usage, costMicroUsd } = spend;
  const { inputTokens, outputTokens } = usage;
  return { calls, toolCalls, inputTokens, outputTokens, costMicroUsd };
}

function textsOf(end: RunEnd): readonly string[] {
  const { runId } = end;
  switch (end.outcome) {
    case 'success':
    case 'failure':
      return [resultText(end.result), `run ${runId}: ${end.outcome}`];
    case 'error':
      return [`run ${runId} failed with ${end.failure.code}: ${end.failure.message}\n${end.hint}`];
    case 'waiting':
      return [waitingText(end)];
    case 'interrupted':
      return [`run ${runId} was stopped before its end; ${goOnText(end)}`];
  }
}

function waitingText(end: Extract<RunEnd, { outcome: 'waiting' }>): string {
  const { runId, failure, hint, questions } = end;
  const asked = questions.map(
    ({ text, commands }) => `${text}\n\nA person answers with:\n${commands.join('\n')}`,
  );
  const why = questions.length > 0 ? asked : [`${failure.code}: ${failure.message}\n${hint}`];
  return [`run ${runId} waits.`, ...why, `Then ${goOnText(end)}`].join('\n\n');
}

function goOnText({ runId, goOn }: { readonly runId: string; readonly goOn: string }): string {
  return `go on with the tool \`crew.resume\` and {"run": "${runId}"}, or with: ${goOn}`;
}

function resultText(result: JsonValue): string {
  return typeof result === 'string' ? result : JSON.stringify(result, null, 2);
}
