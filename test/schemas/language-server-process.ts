import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

/** One message of the language server protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A language server as an editor drives it. */
export interface LanguageServer {
  request(method: string, params: unknown): Promise<unknown>;
  notify(method: string, params: unknown): void;
  /** Resolves with the first notification of that method whose params pass. */
  notified(method: string, passes: (params: unknown) => boolean): Promise<unknown>;
  close(): void;
}

/** Starts yaml-language-server over stdio and shakes hands. */
export async function startLanguageServer(folder: string): Promise<LanguageServer> {
  const program = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
  const child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const server = speak(child);
  await server.request('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      textDocument: { completion: { completionItem: { documentationFormat: ['markdown'] } }, hover: {} },
    },
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'test' }],
  });
  server.notify('initialized', {});
  const yaml = { completion: true, hover: true, validate: true, schemaStore: { enable: false } };
  server.notify('workspace/didChangeConfiguration', { settings: { yaml } });
  return server;
}

function speak(child: ChildProcessByStdio<Writable, Readable, null>): LanguageServer {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  const heard: { method: string; params: unknown }[] = [];
  const listeners = new Set<() => void>();
  let ids = 0;
  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  readMessages(child.stdout, message => {
    if (message.method !== undefined && message.id !== undefined) {
      // The server asks for settings; nobody has any of their own.
      send({
        id: message.id,
        result: message.method === 'workspace/configuration' ? [{}, {}, {}, {}] : null,
      });
    } else if (message.method !== undefined) {
      heard.push({ method: message.method, params: message.params });
      for (const listener of listeners) listener();
    } else if (message.id !== undefined) {
      const waiter = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) waiter?.resolve(message.result);
      else waiter?.reject(new Error(message.error.message));
    }
  });
  return {
    notify: (method, params) => send({ method, params }),
    request(method, params) {
      ids += 1;
      const id = ids;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
      send({ id, method, params });
      return answer;
    },
    notified: (method, passes) =>
      new Promise(resolve => {
        const look = (): void => {
          const found = heard.find(each => each.method === method && passes(each.params));
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found.params);
        };
        listeners.add(look);
        look();
      }),
    close: () => child.kill(),
  };
}

function readMessages(stream: Readable, onMessage: (message: Message) => void): void {
  let bytes = Buffer.alloc(0);
  stream.on('data', (piece: Buffer) => {
    bytes = Buffer.concat([bytes, piece]);
    while (true) {
      const head = bytes.indexOf('\r\n\r\n');
      const [, length] = /Content-Length: (\d+)/i.exec(bytes.subarray(0, Math.max(0, head)).toString()) ?? [];
      const end = head + 4 + Number(length);
      if (head === -1 || length === undefined || bytes.length < end) return;
      onMessage(JSON.parse(bytes.subarray(head + 4, end).toString()) as Message);
      bytes = bytes.subarray(end);
    }
  });
}
