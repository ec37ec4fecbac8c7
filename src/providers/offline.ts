import type { CodedFailure } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import { type MessagePart, messageText } from '../model/message.ts';
import { NO_USAGE } from '../model/usage.ts';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../ports/language-model.ts';
import { extractSummary, proseOf } from './extract-summary.ts';
import { answerLines } from './offline-answers.ts';
import { buildArtifact } from './offline-artifact.ts';
import { deriveToolCalls, MOST_OFFLINE_CALLS } from './offline-calls.ts';
import { isList, isObject } from './schema-fit.ts';

type ToolResult = Extract<MessagePart, { readonly type: 'tool-result' }>;

const INTRODUCTION =
  'This is the offline responder: it follows rules and is not a language model, so nothing here was judged.';
const EXTRACT_MARK = 'Offline extract: ';
const INTERRUPTED: CodedFailure = {
  code: 'RUN_INTERRUPTED',
  message: 'the call was interrupted before the offline responder answered',
};

/**
 * The offline responder, `offline`: rules instead of a language model, for machines without one and for free tests.
 * First it calls the read-only tools whose arguments follow from the values; then it passes their results into the
 * schema that is asked for, or says in text what it found, word for word. It spends no tokens. Never throws; an aborted
 * signal ends in RUN_INTERRUPTED. Deterministic: equal requests get equal answers.
 */
export function createOfflineModel(): LanguageModel {
  const rules = { answers: 2, toolCalls: MOST_OFFLINE_CALLS };
  return { id: 'offline', defaultMaxTokens: 0, isLanguageModel: false, rules, generate };
}

async function* generate(
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelStreamPart, void, undefined> {
  if (signal.aborted) return yield { type: 'failure', failure: INTERRUPTED };
  const results = toolResultsSinceTask(request);
  const calls = results.length === 0 ? deriveToolCalls(request.tools, request.origin.values) : [];
  for (const call of calls) yield { type: 'tool-call', call };
  if (calls.length === 0) yield { type: 'text', text: answer(request, results) };
  if (signal.aborted) return yield { type: 'failure', failure: INTERRUPTED };
  yield { type: 'usage', usage: NO_USAGE };
  yield { type: 'finish', reason: calls.length === 0 ? 'stop' : 'tool_calls' };
}

/** No tool answers before the first user message; a later one asks to mend an answer, and must not start the tools again. */
function toolResultsSinceTask(request: ModelRequest): readonly ToolResult[] {
  const task = request.messages.findIndex(message => message.from === 'user');
  const since = request.messages.slice(task + 1);
  return since.flatMap(message => message.parts.filter(part => part.type === 'tool-result'));
}

function answer(request: ModelRequest, results: readonly ToolResult[]): string {
  const good = results.filter(result => !result.isError);
  const remarks = results.filter(result => result.isError).map(failureRemark);
  if (request.output === undefined) return plainAnswer(request, good, remarks);
  const artifact = buildArtifact(request.output.schema, {
    groups: [good.map(result => result.value), ...valueGroups(request)],
    summary: maxLength => extract(request, good, remarks, maxLength),
    remarks,
  });
  return JSON.stringify(artifact);
}

/** The artifacts, latest first, then what stands one level inside them (branches of a parallel phase), then the inputs. */
function valueGroups(request: ModelRequest): readonly (readonly JsonValue[])[] {
  const { inputs, ...named } = request.origin.values;
  const artifacts = Object.values(named).reverse();
  const branches = artifacts.filter(isObject).flatMap(artifact => Object.values(artifact).filter(isObject));
  return [artifacts, branches, inputs === undefined ? [] : [inputs]];
}

function failureRemark(result: ToolResult): string {
  const text = typeof result.value === 'string' ? result.value : JSON.stringify(result.value);
  return `\`${result.tool}\` failed: ${cutText(text.replace(/\s+/g, ' '), 200)}`;
}

/** Sentences of the tool results, else of the task, marked as an extract; what failed is said first. */
function extract(
  request: ModelRequest,
  results: readonly ToolResult[],
  remarks: readonly string[],
  maxLength: number,
): string {
  const found = extractSummary(
    results.flatMap(result => proseOf(result.value)),
    3,
  );
  const text = found === '' ? extractSummary([taskText(request)], 2) : found;
  return cutText(EXTRACT_MARK + [...remarks, text === '' ? 'no prose to quote.' : text].join(' '), maxLength);
}

function plainAnswer(
  request: ModelRequest,
  results: readonly ToolResult[],
  remarks: readonly string[],
): string {
  const said = answerLines(request.origin.values);
  if (said.length > 0) return [INTRODUCTION, 'What was answered, word for word:', '', ...said].join('\n');
  const task = extractSummary([taskText(request)], 2);
  const lines = [INTRODUCTION];
  if (task !== '') lines.push(`The task, in its own words: ${task}`);
  for (const result of results) lines.push(`\`${result.tool}\` returned ${described(result.value)}`);
  return [...lines, ...remarks].join('\n');
}

function described(value: JsonValue): string {
  const prose = extractSummary(proseOf(value), 3);
  const counts = isObject(value)
    ? Object.entries(value).flatMap(([name, item]) => (isList(item) ? [`${name}: ${item.length}`] : []))
    : [];
  const what = isList(value)
    ? `a list of ${value.length}`
    : counts.length > 0
      ? counts.join(', ')
      : `a ${typeof value}`;
  return prose === '' ? `${what}.` : `${what}. ${prose}`;
}

function taskText(request: ModelRequest): string {
  if (request.origin.task !== undefined) return request.origin.task;
  const task = request.messages.find(message => message.from === 'user');
  return task === undefined ? '' : messageText(task);
}

function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return maxLength < 1 ? '' : `${text.slice(0, maxLength - 1).toWellFormed()}…`;
}
