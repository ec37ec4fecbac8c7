import { type CodedFailure, ERROR_CODES, type ErrorCode } from '../model/crew-error.ts';
import type { RequestOrigin } from '../model/effect.ts';
import { type Message, messageText } from '../model/message.ts';
import { NO_USAGE } from '../model/usage.ts';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../ports/language-model.ts';
import { matchesPhase } from './phase-pattern.ts';
import type { ScriptFile, ScriptReply } from './script-schema.ts';

const CHUNKS = 4;
const DEFAULT_MAX_TOKENS = 1_024;
const INTERRUPTED: CodedFailure = {
  code: 'RUN_INTERRUPTED',
  message: 'the call was interrupted before the scripted reply was complete',
};

/**
 * A model that answers with written replies, `script:<source>`. A call gets the first reply that matches, replies with
 * `reads` before those with `turn`, and those before the rest; a reply whose `phase` is a pattern only when no other one names the very phase. A reply
 * without `turn` is used up after `times`, one with `turn` only if `times` is written; what a resumed run has had is told
 * by `recall`. No match ends in SCRIPT_EXHAUSTED, which says what the file has for the call. The script must fit
 * SCRIPT_SCHEMA. Never throws; spends no tokens; text comes in up to four chunks.
 */
export function createScriptModel(script: ScriptFile, source: string): LanguageModel {
  const given = new Map<ScriptReply, number>();
  const generate = async function* (
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ModelStreamPart, void, undefined> {
    if (signal.aborted) return yield { type: 'failure', failure: INTERRUPTED };
    const reply = takeReply(script.replies, { ...request.origin, words: wordsOf(request.messages) }, given);
    if (reply === undefined)
      return yield { type: 'failure', failure: noReply(script.replies, request.origin, source) };
    await sleep(reply.delay_ms ?? 0, signal);
    for (const part of replyParts(reply, request.origin)) {
      if (signal.aborted) return yield { type: 'failure', failure: INTERRUPTED };
      yield part;
    }
  };
  const recall = (origin: RequestOrigin, messages: readonly Message[] = []): void => {
    takeReply(script.replies, { ...origin, words: wordsOf(messages) }, given);
  };
  return {
    id: `script:${source}`,
    defaultMaxTokens: DEFAULT_MAX_TOKENS,
    isLanguageModel: false,
    recall,
    generate,
  };
}

/** A call, with all that stands in its messages. */
interface Call extends RequestOrigin {
  readonly words?: string;
}

function wordsOf(messages: readonly Message[]): string {
  return messages.map(messageText).join('\n');
}

function takeReply(
  replies: readonly ScriptReply[],
  origin: Call,
  given: Map<ScriptReply, number>,
): ScriptReply | undefined {
  const open = replies.filter(
    reply => matches(reply, origin) && (given.get(reply) ?? 0) < allowedTimes(reply),
  );
  const isNamed = open.some(each => each.phase === origin.phase);
  const nearest = open.filter(each => !isNamed || each.phase === undefined || each.phase === origin.phase);
  const reply =
    nearest.find(each => each.reads !== undefined) ??
    nearest.find(each => each.turn !== undefined) ??
    nearest[0];
  if (reply !== undefined) given.set(reply, (given.get(reply) ?? 0) + 1);
  return reply;
}

function matches(reply: ScriptReply, origin: Call): boolean {
  if (reply.reads !== undefined && origin.words?.includes(reply.reads) === false) return false;
  if (reply.phase !== undefined && !matchesPhase(reply.phase, origin.phase)) return false;
  if (reply.role !== undefined && reply.role !== origin.role) return false;
  return reply.turn === undefined || reply.turn === origin.turn;
}

function allowedTimes(reply: ScriptReply): number {
  return reply.times ?? (reply.turn === undefined ? 1 : Number.POSITIVE_INFINITY);
}

function* replyParts(reply: ScriptReply, origin: RequestOrigin): Generator<ModelStreamPart, void, undefined> {
  const text = reply.json === undefined ? (reply.text ?? '') : JSON.stringify(reply.json);
  for (const chunk of chunksOf(text)) yield { type: 'text', text: chunk };
  for (const [index, call] of (reply.calls ?? []).entries()) {
    yield { type: 'tool-call', call: { id: `script_${origin.turn}_${index + 1}`, ...call } };
  }
  if (reply.failure !== undefined) return yield { type: 'failure', failure: codedFailure(reply.failure) };
  yield { type: 'usage', usage: NO_USAGE };
  yield { type: 'finish', reason: reply.finish ?? (reply.calls === undefined ? 'stop' : 'tool_calls') };
}

/** Text in a few pieces that never cut a character in two. */
function chunksOf(text: string): readonly string[] {
  const characters = [...text];
  const size = Math.max(1, Math.ceil(characters.length / CHUNKS));
  const chunks: string[] = [];
  for (let start = 0; start < characters.length; start += size) {
    chunks.push(characters.slice(start, start + size).join(''));
  }
  return chunks;
}

function codedFailure(failure: { readonly code: string; readonly message: string }): CodedFailure {
  return isErrorCode(failure.code)
    ? { code: failure.code, message: failure.message }
    : {
        code: 'PROVIDER_REFUSED',
        message: `unknown code \`${failure.code}\` in the script: ${failure.message}`,
      };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** The author's mistake and not the trouble of a provider: asked again later, the file has no more replies than now. */
function noReply(replies: readonly ScriptReply[], origin: RequestOrigin, source: string): CodedFailure {
  const { phase, role, turn } = origin;
  const used = replies.filter(reply => matches(reply, origin)).length;
  const there =
    used === 0 ? 'no reply of it fits' : `${count(used)} would fit, but all their \`times\` are used up`;
  const message = `expected a reply for phase \`${phase}\`, role \`${role}\`, turn ${turn} in the script \`${source}\`; ${there}`;
  return { code: 'SCRIPT_EXHAUSTED', message };
}

function count(replies: number): string {
  return replies === 1 ? '1 reply' : `${replies} replies`;
}

/** Resolves after the delay, or at once when the signal aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise(resolve => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake, { once: true });
  });
}
