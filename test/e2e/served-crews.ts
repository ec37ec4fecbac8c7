import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import { crewProgram, type RunningCrew, startCrew } from './crew-process.ts';

/** The workspace of a server, with crews that greet, ask and take long. */
export interface ServedFolder {
  readonly folder: string;
  /** The arguments that serve all of its crews. */
  readonly args: readonly string[];
}

const GREET = `version: 1
crew: greet
goal: Greet people by name.
inputs: { name: { type: string, description: who is greeted } }
roles: { host: { goal: Greet everybody. } }
start: say
phases:
  say: { role: host, task: "Greet {{ inputs.name }}.", next: done }
  done: { end: success, result: { words: "{{ say }}", name: "{{ inputs.name }}" } }
`;

const RELEASE = `version: 1
crew: release
goal: Release what a person has seen.
roles: { writer: { goal: Write notes. } }
start: notes
phases:
  notes: { role: writer, task: Write one line., next: approve }
  approve:
    human: "May this go out?\\n\\n{{ notes }}"
    choices: [release, stop]
    next: done
  done: { end: success, result: "{{ approve.choice }}" }
`;

/** A tool of its own that lasts until it is stopped, and prints where it should not. */
const SLOW = `version: 1
crew: slow
goal: Take long.
tools:
  own:
    module: ./slow.mjs
    tools:
      wait:
        description: Waits.
        input: { type: object, properties: {}, additionalProperties: false }
        read_only: true
start: wait
phases:
  wait: { tool: own.wait, with: {}, next: done }
  done: { end: success, result: "{{ wait }}" }
`;

const SLOW_MODULE = `export async function wait() {
  console.log('this is no protocol');
  await new Promise(resolve => setTimeout(resolve, 60_000));
  return 'waited';
}
`;

const REPLIES = `version: 1
replies:
  - { phase: say, text: "Hello Ada!" }
  - { phase: notes, text: "2.0.0 is faster" }
`;

/** Makes it; it goes with the test. */
export function makeServedFolder(): ServedFolder {
  const folder = mkdtempSync(join(tmpdir(), 'crew-serve-'));
  const files = { 'greet.crew.yaml': GREET, 'release.crew.yaml': RELEASE, 'slow.crew.yaml': SLOW };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'slow.mjs'), SLOW_MODULE);
  writeFileSync(join(folder, 'replies.yaml'), REPLIES);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    args: [...Object.keys(files), '--model', 'script:replies.yaml', '--allow', 'own.wait', '--trust'],
  };
}

/** A server of the built product that listens. */
export interface Listening {
  readonly url: string;
  readonly token: string;
  readonly process: RunningCrew;
}

/** Starts one and waits until it can be called. */
export async function listen({ folder, args }: ServedFolder): Promise<Listening> {
  const running = startCrew(['serve', ...args, '--http', '127.0.0.1:0'], { from: folder });
  onTestFinished(() => running.kill('SIGKILL'));
  for (;;) {
    const url = /serving on (\S+)/.exec(running.stderr())?.[1];
    const token = /token: (\S+)/.exec(running.stderr())?.[1];
    if (url !== undefined && token !== undefined) return { url, token, process: running };
    if (running.process.exitCode !== null) throw new Error(running.stderr());
    await sleep(20);
  }
}

/** What a test needs of any client. */
export interface AnyClient {
  readonly names: () => Promise<readonly string[]>;
  readonly call: (
    name: string,
    args: Record<string, unknown>,
    options?: {
      readonly onprogress?: (at: { readonly message?: string | undefined }) => void;
      readonly signal?: AbortSignal;
    },
  ) => Promise<CallOutcome>;
  readonly read: (uri: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

interface CallOutcome {
  readonly isError?: boolean | undefined;
  readonly structuredContent?: unknown;
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
  readonly content: unknown;
}

/** How a client's person takes a question; undefined for a client that cannot ask. */
export type Answer = (message: string) => {
  readonly action: 'accept' | 'decline';
  readonly content?: Record<string, string>;
};

export type ClientKind = 'v1' | 'v2 of 2025' | 'v2 of 2026';
export type Way = 'stdio' | 'http';

/** Connects a client of a line of the SDK, over either way, to crews of a folder. */
export async function connect(
  kind: ClientKind,
  way: Way,
  { served, answer }: { readonly served: ServedFolder; readonly answer?: Answer },
): Promise<AnyClient> {
  const capabilities = answer === undefined ? {} : { elicitation: { form: {} } };
  const started = {
    command: process.execPath,
    args: [crewProgram(), 'serve', ...served.args],
    cwd: served.folder,
  };
  const stdio = {
    ...started,
    env: { PATH: process.env.PATH ?? '', HOME: served.folder },
    stderr: 'ignore' as const,
  };
  const remote = way === 'http' ? await listen(served) : undefined;
  const url = new URL(remote?.url ?? 'http://localhost');
  const options = { requestInit: { headers: { authorization: `Bearer ${remote?.token}` } } };
  if (kind === 'v1') {
    const client = new OldClient({ name: 'old', version: '1' }, { capabilities });
    if (answer !== undefined)
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => answer(params.message));
    const transport = way === 'http' ? new OldHttp(url, options) : new OldStdio(stdio);
    // The types of the package do not agree with each other under exactOptionalPropertyTypes.
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    return clientOf({
      list: () => client.listTools(),
      call: (params, rest) => client.callTool(params, undefined, rest),
      read: params => client.readResource(params),
      close: () => client.close(),
    });
  }
  const modern = kind === 'v2 of 2026' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {};
  const client = new Client({ name: 'new', version: '1' }, { capabilities, ...modern });
  if (answer !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }) => answer(params.message));
  await client.connect(
    way === 'http' ? new StreamableHTTPClientTransport(url, options) : new StdioClientTransport(stdio),
  );
  return clientOf({
    list: () => client.listTools(),
    call: (params, rest) => client.callTool(params, rest),
    read: params => client.readResource(params),
    close: () => client.close(),
  });
}

interface Doors {
  readonly list: () => Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  readonly call: (
    params: { name: string; arguments: Record<string, unknown> },
    options: NonNullable<Parameters<AnyClient['call']>[2]>,
  ) => Promise<unknown>;
  readonly read: (params: { uri: string }) => Promise<{ readonly contents: readonly unknown[] }>;
  readonly close: () => Promise<void>;
}

function clientOf({ list, call, read, close }: Doors): AnyClient {
  onTestFinished(() => close().catch(() => undefined));
  return {
    names: async () => (await list()).tools.map(({ name }) => name),
    call: async (name, args, options = {}) => (await call({ name, arguments: args }, options)) as CallOutcome,
    read: async uri => String((Object((await read({ uri })).contents[0]) as { readonly text?: string }).text),
    close,
  };
}
