import { createHash } from 'node:crypto';
import {
  type CallToolResult,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { answerSlot } from '../model/answer-slot.ts';
import { CrewError } from '../model/crew-error.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import { answerOf, formOf } from './ask-client.ts';
import { crewResult, refusedCall } from './crew-result.ts';
import { createRunProgress } from './run-progress.ts';
import type { CrewHost, OpenQuestion, RunEnd, RunWatch } from './served-crew.ts';

/** How long a client's person may think about a question before the run is left to wait. */
const ANSWER_TIMEOUT_MS = 30 * 60_000;

/** What goes to the client and back between two rounds of one call; it is signed, and bound to the caller. */
export interface RoundState {
  readonly tool: string;
  readonly run: string;
}

/** One call of a tool: what it begins with, who calls, and what stands around it. */
export interface CrewCall {
  readonly host: CrewHost;
  readonly tool: string;
  readonly begin: (watch: RunWatch, key: string | undefined) => Promise<RunEnd>;
  readonly context: ServerContext;
  readonly client: CallingClient;
  /** Waits for a free place, then works. */
  readonly limited: <Value>(work: () => Promise<Value>, signal: AbortSignal) => Promise<Value>;
  readonly seal: (state: RoundState, context: ServerContext) => Promise<string>;
  /** Told of what is our own mistake. */
  readonly onBug: (error: unknown) => void;
}

/** Who calls. `modern` is the era of 2026-07-28, in which questions come back as a further call. */
export interface CallingClient {
  readonly name: string;
  /** Who it is by its access token; undefined without OAuth. */
  readonly subject: string | undefined;
  readonly modern: boolean;
  readonly canElicit: boolean;
}

/**
 * Runs a crew, or goes on with a run, until it ends or must wait. Questions of the run are put to the client's person where
 * the client can ask; declined or not understood, they stay open, and the result says how they are answered. Never throws
 * what a client should not read.
 */
export async function callCrew(call: CrewCall): Promise<CallToolResult | InputRequiredResult> {
  const progress = createRunProgress(note => sendProgress(call.context, note));
  try {
    const watch: RunWatch = { signal: call.context.mcpReq.signal, onEvent: progress.onEvent };
    return await (call.client.modern ? inRounds(call, watch) : inOneGo(call, watch));
  } catch (error) {
    if (error instanceof CrewError) return refusedCall(error);
    call.onBug(error);
    return refusedCall(INTERNAL);
  } finally {
    progress.close();
  }
}

const INTERNAL = {
  code: 'INTERNAL' as CrewError['code'],
  message: 'the server made a mistake of its own',
  hint: 'The output of the server says more.',
};

/** Era of sessions: the client is asked while the call is open. */
async function inOneGo(call: CrewCall, watch: RunWatch): Promise<CallToolResult> {
  const { host, client, limited } = call;
  let end = await limited(() => call.begin(watch, callKey(call)), watch.signal);
  while (end.outcome === 'waiting' && client.canElicit && !watch.signal.aborted) {
    const answers = await askEach(call, end.questions);
    if (answers.size === 0) break;
    const { runId } = end;
    end = await limited(() => host.resume(runId, answers, watch), watch.signal);
  }
  return crewResult(end);
}

async function askEach({ context, client }: CrewCall, questions: readonly OpenQuestion[]) {
  const answers = new Map<string, PersonAnswer>();
  for (const asked of questions) {
    const { signal, elicitInput } = context.mcpReq;
    const response = await elicitInput(
      { mode: 'form', ...formOf(asked) },
      { signal, timeout: ANSWER_TIMEOUT_MS, maxTotalTimeout: ANSWER_TIMEOUT_MS },
    ).catch(() => undefined);
    const answer = response === undefined ? undefined : answerOf(asked.question, response, client.name);
    if (answer !== undefined) answers.set(answerSlot(asked), answer);
  }
  return answers;
}

/** Era of rounds: the run waits in its journal while the client asks, and the same call comes again with the answers. */
async function inRounds(call: CrewCall, watch: RunWatch): Promise<CallToolResult | InputRequiredResult> {
  const { host, client, context, limited, tool } = call;
  const state = context.mcpReq.requestState<RoundState>();
  if (state === undefined) {
    const end = await limited(() => call.begin(watch, callKey(call)), watch.signal);
    return client.canElicit ? askOrEnd(call, end, () => true) : crewResult(end);
  }
  if (state.tool !== tool) throw new CrewError('USAGE', 'the state of the request belongs to another tool');
  const { answers, turnedDown } = await readResponses(call, state.run);
  const end = await limited(() => host.resume(state.run, answers, watch), watch.signal);
  return askOrEnd(call, end, asked => !turnedDown.has(answerSlot(asked)));
}

async function readResponses({ host, client, context }: CrewCall, runId: string) {
  const { inputResponses = {} } = context.mcpReq;
  const answers = new Map<string, PersonAnswer>();
  const turnedDown = new Set<string>();
  for (const asked of await host.questions(runId)) {
    // A question that has changed since has another slot, so what was said to the old one does not count.
    const slot = answerSlot(asked);
    const response: unknown = Object.hasOwn(inputResponses, slot) ? inputResponses[slot] : undefined;
    if (typeof response !== 'object' || response === null) continue;
    const answer = answerOf(asked.question, response, client.name);
    if (answer !== undefined) answers.set(answerSlot(asked), answer);
    else if ('action' in response && response.action !== 'accept') turnedDown.add(slot);
  }
  return { answers, turnedDown };
}

async function askOrEnd(
  { context, tool, seal }: CrewCall,
  end: RunEnd,
  ask: (question: OpenQuestion) => boolean,
): Promise<CallToolResult | InputRequiredResult> {
  const questions = end.outcome === 'waiting' ? end.questions.filter(ask) : [];
  if (questions.length === 0) return crewResult(end);
  const inputRequests: InputRequests = Object.fromEntries(
    questions.map(asked => [answerSlot(asked), inputRequired.elicit({ mode: 'form', ...formOf(asked) })]),
  );
  const requestState = await seal({ tool, run: end.runId }, context);
  return inputRequired({ inputRequests, requestState });
}

/** What a client says to mark tries of the same call; crews that call crews send it. */
const KEY_META = 'crewfile/idempotency-key';
const LONGEST_KEY = 1000;
const KEY_DIGITS = 24;

/** The key of a call, made of who calls what, so that nobody can come upon a run of somebody else. */
function callKey({ tool, client, context }: CrewCall): string | undefined {
  const said: unknown = context.mcpReq._meta?.[KEY_META];
  if (typeof said !== 'string' || said === '' || said.length > LONGEST_KEY) return undefined;
  const all = JSON.stringify([client.subject ?? null, tool, said]);
  return createHash('sha256').update(all).digest('hex').slice(0, KEY_DIGITS);
}

function sendProgress(
  { mcpReq }: ServerContext,
  note: { readonly progress: number; readonly message: string },
): void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  // A client that is gone is told nothing; the run goes on.
  mcpReq
    .notify({ method: 'notifications/progress', params: { progressToken, ...note } })
    .catch(() => undefined);
}
