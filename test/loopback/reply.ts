import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

/** A tool call that the scripted model makes. `tool` is our name; `rawArgs` goes out as it is, even when broken. */
export interface ReplyToolCall {
  readonly tool: string;
  readonly args?: JsonObject;
  readonly rawArgs?: string;
  readonly id?: string;
}

/** What a server does instead of answering well. */
export type Fault =
  /** An HTTP error; a text body is sent as it is, anything else as JSON. */
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly body?: JsonValue;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A response with any body at all, streamed or not: HTML, nothing, garbage, a bomb. */
  | {
      readonly kind: 'raw';
      readonly body: string | Buffer;
      readonly headers?: Readonly<Record<string, string>>;
      readonly status?: number;
    }
  /** The stream ends cleanly after its deltas, before it says why it finished. */
  | { readonly kind: 'cut' }
  /** The socket is destroyed in the middle of the body. */
  | { readonly kind: 'reset' }
  /** Nothing more comes, and the connection stays open. */
  | { readonly kind: 'stall'; readonly at: 'before-headers' | 'after-headers' | 'mid-body' }
  /** An error event in the middle of the stream, in the provider's own form. */
  | { readonly kind: 'error-event'; readonly type: string; readonly message: string };

/**
 * One scripted answer, in no provider's words, so that the same script is served in every wire format.
 * `json` is delivered as the artifact in the way that the request asks for; `text`, `json` and `toolCalls` may come
 * together. `finish` is derived from `toolCalls` unless given; `length` cuts nothing by itself, it only says so.
 */
export interface Reply {
  readonly text?: string;
  readonly json?: JsonValue;
  readonly toolCalls?: readonly ReplyToolCall[];
  readonly refusal?: string;
  readonly finish?: 'stop' | 'tool_calls' | 'length' | 'content_filter';
  /** Token counts as the server claims them, `none` to say nothing. Default: 10 in, 5 out, 0 cached. */
  readonly usage?:
    | 'none'
    | { readonly input: JsonValue; readonly output: JsonValue; readonly cached?: JsonValue };
  readonly fault?: Fault;
  /** Milliseconds before the headers. */
  readonly delayMs?: number;
  /** Milliseconds between the events of a stream. */
  readonly chunkDelayMs?: number;
}

/** A request as it came over the wire, with what scripts of every format want to know. */
export interface LoopbackRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
  readonly streamed: boolean;
  /** All text of the messages, in order, joined by newlines. */
  readonly promptText: string;
  /** Wire names of the granted tools, without the adapter's own delivery tool. */
  readonly toolNames: readonly string[];
  readonly wantsOutput: boolean;
  /** Resolves when the exchange is over: `aborted` when the client left before the answer was complete. */
  readonly closed: Promise<'complete' | 'aborted'>;
}

/** Decides on the answer to the request number `index`, counted from 0. */
export type ReplyScript = (request: LoopbackRequest, index: number) => Reply | Promise<Reply>;

/** A running loopback server. */
export interface LoopbackServer {
  readonly baseUrl: string;
  readonly requests: readonly LoopbackRequest[];
  close(): Promise<void>;
}

/** The token counts that a reply claims, or undefined for none. */
export function claimedUsage(
  reply: Reply,
): { readonly input: JsonValue; readonly output: JsonValue; readonly cached: JsonValue } | undefined {
  if (reply.usage === 'none') return undefined;
  return { cached: 0, ...(reply.usage ?? { input: 10, output: 5 }) };
}

/** The arguments of a call as text on the wire. */
export function argumentsText(call: ReplyToolCall): string {
  return call.rawArgs ?? JSON.stringify(call.args ?? {});
}

/** The wire name that the request gives to a tool of ours: the one with the same letters and digits. */
export function wireName(tool: string, offered: readonly string[]): string {
  const letters = (name: string) => name.replace(/[^a-zA-Z0-9]/g, '');
  return offered.find(name => letters(name) === letters(tool)) ?? tool;
}

/** Text in small pieces, as models send it; characters beyond the basic plane stay whole. */
export function textPieces(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
