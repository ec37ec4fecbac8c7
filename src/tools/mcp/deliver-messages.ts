import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

/**
 * Hands messages to the SDK. It looks at notifications a moment later than at answers, so an answer waits for that moment:
 * else the last progress of a call, which came just before it, would be lost.
 */
export function deliverMessages(transport: Transport, messages: readonly JSONRPCMessage[]): void {
  for (const message of messages) {
    if ('method' in message) transport.onmessage?.(message);
    else queueMicrotask(() => queueMicrotask(() => transport.onmessage?.(message)));
  }
}
