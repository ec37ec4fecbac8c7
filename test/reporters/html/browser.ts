import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What a page did and showed. */
export interface Page {
  /** Evaluates an expression in the page; the value as JSON. */
  readonly evaluate: (expression: string) => Promise<unknown>;

  /** Says something to the browser in its own protocol. */
  readonly send: (method: string, params?: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly screenshot: () => Promise<Uint8Array>;
  /** Every address that the page asked for, itself first. */
  readonly requests: readonly string[];
  /** What stands in the console: messages, uncaught errors, breaches of the page's policy. */
  readonly console: readonly string[];
  readonly close: () => Promise<void>;
}

export interface PageOptions {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
  readonly javascript?: boolean;
}

export interface Browser {
  readonly open: (url: string, options: PageOptions) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** The browser on the PATH; undefined when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap(folder => ['chromium', 'chromium-browser'].map(name => join(folder, name)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a real browser without a window, driven over its own protocol. */
export async function openBrowser(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'];
  const child = spawn(
    program,
    [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const connection = await connect(await addressOf(profile, child));
  return {
    open: (url, options) => openPage(connection, url, options),
    close: async () => {
      connection.close();
      child.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addressOf(profile: string, child: ChildProcess): Promise<string> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`chromium ended with ${child.exitCode}`);
    try {
      const [port, path] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').trim().split('\n');
      if (port !== undefined && path !== undefined) return `ws://127.0.0.1:${port}${path}`;
    } catch {
      // Not written yet.
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

type Params = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: what the browser answers is described by its protocol, not here.
type Reply = any;

interface Connection {
  readonly send: (method: string, params?: Params, sessionId?: string) => Promise<Reply>;
  readonly listen: (listener: (method: string, params: Reply, sessionId: string) => void) => void;
  readonly close: () => void;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`cannot connect to ${address}`));
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  const listeners: ((method: string, params: Reply, sessionId: string) => void)[] = [];
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data));
    if (message.id === undefined)
      for (const listener of listeners) listener(message.method, message.params, message.sessionId);
    else waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  };
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, ({ result, error }) =>
          error === undefined ? resolve(result) : reject(new Error(`${method}: ${error.message}`)),
        );
        socket.send(JSON.stringify({ id: last, method, params, ...(sessionId && { sessionId }) }));
      }),
    listen: listener => listeners.push(listener),
    close: () => socket.close(),
  };
}

async function openPage(connection: Connection, url: string, options: PageOptions): Promise<Page> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params?: Params) => connection.send(method, params, sessionId);
  const requests: string[] = [];
  const written: string[] = [];
  let loaded = (): void => undefined;
  const isLoaded = new Promise<void>(resolve => {
    loaded = resolve;
  });
  connection.listen((method, params, from) => {
    if (from !== sessionId) return;
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
    if (method === 'Log.entryAdded') written.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown')
      written.push(params.exceptionDetails.exception?.description ?? 'error');
    if (method === 'Runtime.consoleAPICalled')
      written.push(params.args.map((each: Reply) => each.value).join(' '));
  });
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await send(`${domain}.enable`);
  const { width, height, dark = false, javascript = true } = options;
  await send('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: width < 600,
  });
  await send('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
  });
  if (!javascript) await send('Emulation.setScriptExecutionDisabled', { value: true });
  await send('Page.navigate', { url });
  await isLoaded;
  return {
    requests,
    console: written,
    evaluate: async expression => {
      const reply = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      if (reply.exceptionDetails !== undefined)
        throw new Error(reply.exceptionDetails.exception?.description);
      return reply.result.value;
    },
    send,
    screenshot: async () =>
      Buffer.from((await send('Page.captureScreenshot', { format: 'png' })).data, 'base64'),
    close: async () => {
      await connection.send('Target.closeTarget', { targetId });
    },
  };
}
