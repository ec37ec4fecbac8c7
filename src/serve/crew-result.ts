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
};

/**
 * The schema of what a call of a crew gives: which run it was, how it was left, and the result where it ended. `result` is
 * put in as it is, so it must not refer to parts of itself from its root. Pure.
 */
export function outputSchema(result: JsonSchema): JsonObject {
  return {
    type: 'object',
    properties: {
      run: { type: 'string', description: 'the id of the run; its record is the resource crew://runs/<run>' },
      outcome: { enum: ['success', 'failure', 'error', 'waiting', 'interrupted'] },
      result: result === true ? {} : result,
      failure: {
        type: 'object',
        properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
        required: ['code', 'message'],
      },
      questions: {
        type: 'array',
        description: 'what the run waits for, with the commands that answer it',
        items: {
          type: 'object',
          properties: {
            phase: { type: 'string' },
            text: { type: 'string' },
            commands: { type: 'array', items: { type: 'string' } },
          },
          required: ['phase', 'text', 'commands'],
        },
      },
      goOn: { type: 'string', description: 'what goes on with the run' },
      spend: SPEND_SCHEMA,
    },
    required: ['run', 'outcome'],
  };
}

/** How a run was left, as the result of a call. Only a run that ended by its procedure is no error. Pure. */
export function crewResult(end: RunEnd): CallToolResult {
  const structuredContent = structured(end) as { [key: string]: unknown };
  const content = textsOf(end).map(text => ({ type: 'text' as const, text }));
  const ended = end.outcome === 'success' || end.outcome === 'failure';
  return ended ? { content, structuredContent } : { content, structuredContent, isError: true };
}

/** A call that began no run: its code, what was wrong and what to do. Pure. */
export function refusedCall({
  code,
  message,
  hint,
}: Pick<CrewError, 'code' | 'message' | 'hint'>): CallToolResult {
  return { content: [{ type: 'text', text: `${code}: ${message}\n${hint}` }], isError: true };
}

function structured(end: RunEnd): JsonObject {
  const { runId: run, outcome } = end;
  switch (end.outcome) {
    case 'success':
    case 'failure':
      return { run, outcome, result: end.result, spend: spendOf(end) };
    case 'error':
      return { run, outcome, failure: { ...end.failure, hint: end.hint }, spend: spendOf(end) };
    case 'waiting':
      return {
        run,
        outcome,
        failure: { ...end.failure, hint: end.hint },
        questions: end.questions.map(({ phase, text, commands }) => ({ phase, text, commands })),
        goOn: end.goOn,
        spend: spendOf(end),
      };
    case 'interrupted':
      return { run, outcome, goOn: end.goOn };
  }
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
