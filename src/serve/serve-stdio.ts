import type { Readable, Writable } from 'node:stream';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';

/** One client at the other end of two pipes. */
export interface StdioServing {
  /** Settles when the client has closed its end. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Serves both eras of the protocol to the one client behind `input` and `output`, on which nothing else may be written. */
export function serveOverStdio(
  factory: McpServerFactory,
  { input, output }: { readonly input: Readable; readonly output: Writable },
): StdioServing {
  const ended = new Promise<void>(resolve => {
    for (const event of ['end', 'close', 'error']) input.once(event, () => resolve());
    output.once('error', () => resolve());
  });
  const handle = serveStdio(factory, { transport: new StdioServerTransport(input, output) });
  return { ended, close: () => handle.close() };
}
