import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on 127.0.0.1 whose listener is set when its own address is known; it ends with the test. */
export async function openLoopback(): Promise<{
  readonly origin: string;
  readonly serve: (listener: RequestListener) => void;
}> {
  let listener: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: next => {
      listener = next;
    },
  };
}
