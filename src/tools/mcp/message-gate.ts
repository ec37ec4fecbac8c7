import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';
import { isObject, jsonTrouble } from './json-depth.ts';
import { type VettedTools, vetTools } from './vet-tools.ts';

/** Deeper messages are refused; lists of tools are looked at tool by tool. */
const MAX_DEPTH = 200;
const MAX_BATCH = 1000;
const REFUSED = -32_603;
/** What a server may tell without being asked; the rest would only be looked at and thrown away. */
const HEARD: ReadonlySet<string> = new Set([
  'notifications/cancelled',
  'notifications/message',
  'notifications/progress',
  'notifications/subscriptions/acknowledged',
  'notifications/tools/list_changed',
]);

/** Stands between a connection and the SDK: what comes through has the form of a message, and every answer was asked for. */
export interface MessageGate {
  /** Told of every message that is sent. */
  readonly sent: (message: JSONRPCMessage) => void;
  /** The messages that a parsed text of the server is good for. */
  readonly received: (raw: unknown) => readonly JSONRPCMessage[];
  /** Whether an answer is still waited for. */
  readonly isOpen: (id: RequestId) => boolean;
  /** The answer that a request gets when none will come. */
  readonly failed: (id: RequestId, why: string) => readonly JSONRPCMessage[];
  /** The tools of the last page that came, taken out of it. */
  readonly takeTools: () => VettedTools | undefined;
}

/**
 * Makes a gate for one connection. Answers to nobody, late and second ones are dropped; an answer without the right form
 * becomes an error, so that nobody waits for it until the time is over. The tools of a list are taken out, so that one
 * that the SDK would choke on does not cost the others.
 */
export function createMessageGate(): MessageGate {
  const open = new Map<RequestId, string>();
  let tools: VettedTools | undefined;

  const failed = (id: RequestId, why: string): readonly JSONRPCMessage[] => {
    if (!open.delete(id)) return [];
    return [{ jsonrpc: '2.0', id, error: { code: REFUSED, message: why } }];
  };
  const answer = (raw: { readonly [key: string]: unknown }, id: RequestId): readonly JSONRPCMessage[] => {
    const method = open.get(id);
    if (raw.jsonrpc !== '2.0') return failed(id, 'its answer is no message of JSON-RPC 2.0');
    if (raw.error !== undefined) {
      const error = errorOf(raw.error);
      if (error === undefined) return failed(id, 'its answer is an error without a code and a message');
      open.delete(id);
      return [{ jsonrpc: '2.0', id, error }];
    }
    if (!isObject(raw.result)) return failed(id, 'its answer has no object as `result`');
    let result: { readonly [key: string]: unknown } = raw.result;
    if (method === 'tools/list' && Array.isArray(result.tools)) {
      tools = vetTools(result.tools);
      result = { ...result, tools: [] };
    }
    if (jsonTrouble(result, MAX_DEPTH) === 'depth')
      return failed(id, `its answer has more than ${MAX_DEPTH} levels`);
    open.delete(id);
    return [{ jsonrpc: '2.0', id, result }];
  };
  const one = (raw: unknown): readonly JSONRPCMessage[] => {
    if (!isObject(raw)) return [];
    const { id, method } = raw;
    if (typeof method !== 'string') return isId(id) && open.has(id) ? answer(raw, id) : [];
    const { params } = raw;
    if (raw.jsonrpc !== '2.0' || (params !== undefined && !isObject(params))) return [];
    if (jsonTrouble(params, MAX_DEPTH) === 'depth') return [];
    const words = params === undefined ? { method } : { method, params };
    if (id === undefined) return HEARD.has(method) ? [{ jsonrpc: '2.0', ...words } as JSONRPCMessage] : [];
    return isId(id) ? [{ jsonrpc: '2.0', id, ...words } as JSONRPCMessage] : [];
  };
  return {
    sent: message => {
      if (!('method' in message)) return;
      if ('id' in message) open.set(message.id, message.method);
      else if (message.method === 'notifications/cancelled') {
        const cancelled = message.params?.requestId;
        if (isId(cancelled)) open.delete(cancelled);
      }
    },
    received: raw => (Array.isArray(raw) ? raw.slice(0, MAX_BATCH).flatMap(one) : one(raw)),
    isOpen: id => open.has(id),
    failed,
    takeTools: () => {
      const taken = tools;
      tools = undefined;
      return taken;
    },
  };
}

function isId(value: unknown): value is RequestId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function errorOf(value: unknown): { code: number; message: string; data?: unknown } | undefined {
  if (!isObject(value)) return undefined;
  const { code, message, data } = value;
  if (typeof code !== 'number' || !Number.isSafeInteger(code) || typeof message !== 'string')
    return undefined;
  const usable = data !== undefined && jsonTrouble(data, MAX_DEPTH) !== 'depth';
  return usable ? { code, message, data } : { code, message };
}
