import { validateValue } from '../expressions/validate-value.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { type CodedFailure, CrewError } from '../model/crew-error.ts';
import type { ToolCallEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonValue } from '../model/json.ts';
import { MAX_ASKED_LENGTH, MAX_ASKED_PER_CALL, MAX_TOOL_RESULT_LENGTH } from '../model/limits.ts';
import type { ToolAnswer, ToolAsked, ToolQuestion } from '../model/person-question.ts';
import { hashArguments } from '../policy/consent.ts';
import type { Tool, ToolContext } from '../ports/tool.ts';
import type { ExecutorDoors } from './executor.ts';

type ToolDoors = Pick<
  ExecutorDoors,
  'world' | 'workspace' | 'runId' | 'tool' | 'places' | 'askInCall' | 'onNotice' | 'onProgress'
>;

/**
 * Calls a tool, with just what was decided on: other arguments, or paths that lead elsewhere by now, are refused
 * (CONSENT_DENIED). What the tool asked a person meanwhile stands in the fact of its outcome; a call that could not be made,
 * and for which the run may wait, is `tool.unreached`.
 */
export async function callTool(doors: ToolDoors, effect: ToolCallEffect, signal: AbortSignal): Promise<Fact> {
  const { world } = doors;
  const start = world.monotonic();
  const asked: ToolAsked[] = [];
  const outcome = await toolOutcome(doors, effect, contextOf(doors, effect, { signal, asked }));
  const at = world.now();
  const ms = Math.round(world.monotonic() - start);
  if ('failure' in outcome && outcome.notBegun) {
    return { type: 'tool.unreached', at, call: effect.key, ms, failure: outcome.failure };
  }
  const shared = {
    at,
    key: effect.key,
    ms,
    ...(asked.length === 0 ? {} : { asked }),
  };
  return 'failure' in outcome
    ? { type: 'tool.failed', ...shared, failure: outcome.failure }
    : { type: 'tool.returned', ...shared, value: outcome.value };
}

function contextOf(
  doors: ToolDoors,
  effect: ToolCallEffect,
  { signal, asked }: { readonly signal: AbortSignal; readonly asked: ToolAsked[] },
): ToolContext {
  const { workspace, runId, onNotice, onProgress, askInCall } = doors;
  const { key, tool, origin } = effect;
  const ask = async (question: ToolQuestion): Promise<ToolAnswer | undefined> => {
    if (signal.aborted || !isAskable(question, asked)) return undefined;
    const given = await askInCall?.({ effect, question }, signal);
    const answer = given === undefined ? undefined : fitting(question, given);
    asked.push({ question, answer: answer ?? null });
    return answer;
  };
  const declined = (question: ToolQuestion, why: string): void => {
    if (isAskable(question, asked)) asked.push({ question, answer: { action: 'decline', by: 'crew', why } });
  };
  return {
    workspace,
    signal,
    notice: onNotice,
    progress: at => onProgress?.({ key, tool, ...at }),
    idempotencyKey: `${runId}/${key}`,
    ask,
    declined,
    ...(origin === undefined ? {} : { origin: { ...origin, runId, key } }),
  };
}

/** What is asked goes on record, so a tool can neither ask without end nor with a text of any length. */
function isAskable(question: ToolQuestion, asked: readonly ToolAsked[]): boolean {
  return asked.length < MAX_ASKED_PER_CALL && JSON.stringify(question).length <= MAX_ASKED_LENGTH;
}

/** A form that was not filled as it wants is none. */
function fitting(question: ToolQuestion, answer: ToolAnswer): ToolAnswer {
  if (question.kind !== 'form' || answer.action !== 'accept') return answer;
  const problems = validateValue(question.schema, answer.content ?? {});
  return problems.length === 0
    ? answer
    : { action: 'decline', by: answer.by, why: 'the answer does not fit the form' };
}

type ToolOutcome =
  | { readonly value: JsonValue }
  | { readonly failure: CodedFailure; readonly notBegun: boolean };

async function toolOutcome(
  doors: ToolDoors,
  effect: ToolCallEffect,
  context: Parameters<Tool['call']>[1],
): Promise<ToolOutcome> {
  try {
    await requireConsent(doors, effect);
    const tool = await doors.tool(effect.tool, effect.crew ?? '');
    if (tool === undefined) throw new CrewError('TOOL_UNKNOWN', `there is no tool \`${effect.tool}\``);
    const value = await tool.call(effect.args, context);
    const { length } = JSON.stringify(value);
    if (length <= MAX_TOOL_RESULT_LENGTH) return { value };
    const message = `\`${effect.tool}\` returned ${length} characters, the limit is ${MAX_TOOL_RESULT_LENGTH}`;
    return { failure: { code: 'TOOL_FAILED', message }, notBegun: false };
  } catch (error) {
    if (error instanceof CrewError) return { failure: error.toFailure(), notBegun: isWorthWaiting(error) };
    const message = `\`${effect.tool}\` failed: ${error instanceof Error ? error.message : String(error)}`;
    return { failure: { code: 'TOOL_FAILED', message }, notBegun: false };
  }
}

/** Nothing was done, and what is missing can be mended while the run waits. */
function isWorthWaiting({ code, notBegun, exitCode }: CrewError): boolean {
  return exitCode === 3 && (notBegun || code === 'SANDBOX_MISSING');
}

/** What was decided on is what is done, or nothing is. */
async function requireConsent(doors: ToolDoors, { tool, args, consent }: ToolCallEffect): Promise<void> {
  if (consent === undefined) return;
  if (hashArguments(args) !== consent.argsHash) {
    throw new CrewError('CONSENT_DENIED', `the arguments of \`${tool}\` are not those that were allowed`);
  }
  const { paths, places } = consent;
  if (paths === undefined || places === undefined) return;
  if (canonicalJson(await doors.places(paths)) === canonicalJson(places)) return;
  const message = `a path among the arguments of \`${tool}\` leads somewhere else than when the call was decided on`;
  throw new CrewError('CONSENT_DENIED', message);
}
