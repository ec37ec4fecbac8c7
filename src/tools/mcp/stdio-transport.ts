import { setTimeout as pause } from 'node:timers/promises';
import type { Transport } from '@modelcontextprotocol/client';
import { deliverMessages } from './deliver-messages.ts';
import type { MessageGate } from './message-gate.ts';
import { type ServerProcess, type ServerStart, startServerProcess } from './server-process.ts';

/** A longer line ends the server: the SDK and the journal keep messages whole. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
/** How long the end of a server is waited for that does not read any more. */
const END_MS = 1000;

/** The connection to a server that we started, and what became of it. */
interface StdioTransport extends Transport {
  /** Why it ended, with what it last wrote to its standard error; undefined while it runs. */
  readonly ended: () => string | undefined;
  /** The last lines of its standard error. */
  readonly said: () => string;
}

/** Makes a connection that starts a server; lines that are no JSON are dropped. */
export function createStdioTransport(
  start: Omit<ServerStart, 'maxLineBytes' | 'onLine' | 'onEnd'>,
  gate: MessageGate,
): StdioTransport {
  let server: ServerProcess | undefined;
  let ended: string | undefined;
  let tellOver = (): void => undefined;
  const over = new Promise<void>(resolve => {
    tellOver = resolve;
  });
  const transport: StdioTransport = {
    start: async () => {
      server = await startServerProcess({
        ...start,
        maxLineBytes: MAX_LINE_BYTES,
        onLine: line => {
          deliverMessages(transport, gate.received(parse(line)));
        },
        onEnd: why => {
          ended = why;
          tellOver();
          transport.onclose?.();
        },
      });
    },
    send: async message => {
      if (server === undefined || ended !== undefined) throw new Error('the server does not run');
      gate.sent(message);
      try {
        await server.send(JSON.stringify(message));
      } catch (error) {
        // Mostly it has just ended, and its end tells more than that it does not read.
        await Promise.race([over, pause(END_MS)]);
        throw error;
      }
    },
    close: async () => server?.close(),
    ended: () => {
      if (ended === undefined) return undefined;
      const said = transport.said();
      return said === '' ? ended : `${ended}; it said: ${said}`;
    },
    said: () => lastLines(server?.stderr() ?? ''),
  };
  return transport;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lastLines(text: string): string {
  return text.split('\n').slice(-8).join('\n').slice(-1000);
}
