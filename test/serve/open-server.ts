import { onTestFinished } from 'vitest';
import { createCrewServers } from '../../src/serve/crew-server.ts';
import type { Gate } from '../../src/serve/gate.ts';
import { serveHttp } from '../../src/serve/serve-http.ts';
import { createTokenGate } from '../../src/serve/token-gate.ts';
import { createFakeHost, type FakeHost } from './fake-host.ts';

export const TOKEN = 'x'.repeat(43);

/** A server on loopback with a fake host, and how it is reached. */
export interface OpenServer {
  readonly url: string;
  readonly host: FakeHost;
  /** What went wrong inside. */
  readonly bugs: unknown[];
  /** Sends one request; `headers` go over those of a good one. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** Opens one, closed at the end of the test. */
export async function openServer(
  options: {
    readonly gate?: Gate;
    readonly publicOrigins?: readonly string[];
    readonly maxRuns?: number;
  } = {},
): Promise<OpenServer> {
  const host = createFakeHost();
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => {
    bugs.push(error);
  };
  const serving = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    path: '/mcp',
    place: { loopback: true, publicOrigins: options.publicOrigins ?? [] },
    gate: options.gate ?? createTokenGate(TOKEN),
    factory: createCrewServers({ host, version: '1.0.0', maxRuns: options.maxRuns ?? 2, onBug }),
    onBug,
  });
  onTestFinished(() => serving.close());
  const url = `http://127.0.0.1:${serving.port}/mcp`;
  return {
    url,
    host,
    bugs,
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${TOKEN}`,
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

/** The greeting of a client from before 2026-07-28. */
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'probe', version: '1' } },
};

/** A request of 2026-07-28, with the headers that go with it. */
export function modernRequest(method: string, params: object = {}) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'probe', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const { name, uri } = params as { readonly name?: string; readonly uri?: string };
  const body = { jsonrpc: '2.0', id: 7, method, params: { ...params, _meta: meta } };
  const named = name ?? uri;
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(named === undefined ? {} : { 'mcp-name': named }),
  };
  return { body, headers };
}
