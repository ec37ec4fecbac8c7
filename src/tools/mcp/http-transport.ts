import {
  type JSONRPCMessage,
  type RequestId,
  StreamableHTTPClientTransport,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';
import { deliverMessages } from './deliver-messages.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import type { McpAuthorization } from './mcp-authorization.ts';
import type { MessageGate } from './message-gate.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const END_SESSION_MS = 1000;

/** Where a server answers, and what is sent along with every request. */
interface HttpStart {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly authorize?: McpAuthorization;
}

/**
 * Makes a Streamable HTTP connection. A stream that ends before the answer fails the request at once, a cancelled request
 * is broken off, redirects are not followed, and the session is ended with the connection.
 */
export function createHttpTransport({ url, headers, authorize }: HttpStart, gate: MessageGate): Transport {
  const limits = { maxBodyBytes: MAX_BODY_BYTES };
  const inner = new StreamableHTTPClientTransport(new URL(url), {
    fetch: authorize?.fetch ?? createGuardedFetch({ serverUrl: url, limits }),
    requestInit: { headers },
    reconnectionOptions: {
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 5000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 2,
    },
  });
  const channel: Transport = inner;
  const breakers = new Map<RequestId, AbortController>();
  let closing: Promise<void> | undefined;
  let closed = false;
  const pass = (messages: readonly JSONRPCMessage[]): void => deliverMessages(transport, messages);
  const send = async (message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> => {
    gate.sent(message);
    const id = 'method' in message && 'id' in message ? message.id : undefined;
    if (id === undefined) {
      await channel.send(message, options);
      return breakOff(message, breakers);
    }
    const breaker = new AbortController();
    breakers.set(id, breaker);
    breaker.signal.addEventListener('abort', () => breakers.delete(id), { once: true });
    const { requestSignal, onRequestStreamEnd } = options;
    await channel.send(message, {
      ...options,
      requestSignal:
        requestSignal === undefined ? breaker.signal : AbortSignal.any([requestSignal, breaker.signal]),
      onRequestStreamEnd: () => {
        onRequestStreamEnd?.();
        pass(gate.failed(id, 'the connection broke before the answer'));
      },
    });
  };
  const transport: Transport & { sessionId?: string | undefined } = {
    hasPerRequestStream: true,
    start: () => inner.start(),
    send,
    close: () => {
      closing ??= end(inner).finally(() => {
        closed = true;
        transport.onclose?.();
      });
      return closing;
    },
    setProtocolVersion: version => inner.setProtocolVersion(version),
    get sessionId() {
      return inner.sessionId;
    },
  };
  inner.onmessage = message => {
    pass(gate.received(message));
    // Once it has answered, there is nothing more to hear on the stream of a request.
    if (!('method' in message) && message.id !== undefined) breakers.get(message.id)?.abort();
  };
  inner.onerror = error => {
    if (!closed) transport.onerror?.(error);
  };
  return transport;
}

/** The older revisions cancel by a message; what the request still holds open is closed after that. */
function breakOff(message: JSONRPCMessage, breakers: Map<RequestId, AbortController>): void {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return;
  const id = message.params?.requestId as RequestId | undefined;
  if (id !== undefined) breakers.get(id)?.abort();
}

async function end(inner: StreamableHTTPClientTransport): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, END_SESSION_MS);
  });
  await Promise.race([inner.terminateSession().catch(() => undefined), late]);
  clearTimeout(timer);
  await inner.close();
}
