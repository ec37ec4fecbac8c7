// Owns the thread that one module runs in.
// 1. Every call settles once: when the module answers it, or when the thread ends.
// 2. A call that was given up is over when the module answers it, at the latest a second later: then the thread is
//    ended, and all its open calls fail.
// 3. The thread keeps the process alive while a call is open, and no longer.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type CodedFailure, CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { FromThread, ThreadData, ThreadStart, ToThread } from './thread-messages.ts';

const GRACE_MS = 1000;
const LONGEST_CALL_MS = 600_000;
const MEMORY_MB = 1024;
/** The compiler rewrites imports, but not this. */
const WORKER = import.meta.url.endsWith('.ts')
  ? new URL('./module-worker.ts', import.meta.url)
  : new URL('./module-worker.js', import.meta.url);

/** One call of an export; `tool` is its name as the crew calls it. */
interface ThreadCall {
  readonly name: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
}

/** A thread that runs one module. */
export interface ModuleThread {
  /** Whether it runs no more; a call would fail. */
  readonly ended: () => boolean;
  /** Calls an export and gives the JSON text of its result. Fails with TOOL_FAILED, TOOL_UNKNOWN or the abort reason. */
  readonly call: (call: ThreadCall) => Promise<string>;
  /** Ends the thread at once; open calls fail. */
  readonly close: () => Promise<void>;
}

interface OpenCall {
  readonly tool: string;
  readonly settle: (outcome: { readonly json: string } | { readonly failure: CrewError }) => void;
}

type OpenCalls = Map<number, OpenCall>;

/** Starts a thread; the module is loaded there, and what goes wrong with it is told to the calls. */
export function startModuleThread(start: ThreadStart): ModuleThread {
  const { worker, port } = startWorker(start);
  const open: OpenCalls = new Map();
  let lastId = 0;
  let over = false;
  let say: (text: string) => void = () => undefined;

  const end = (reason: string): void => {
    over = true;
    for (const { tool, settle } of [...open.values()]) {
      settle({ failure: new CrewError('TOOL_FAILED', `\`${tool}\` failed: ${reason}`) });
    }
  };
  const stop = (reason: string): Promise<unknown> => {
    end(reason);
    return worker.terminate();
  };
  port.on('message', (message: FromThread) => {
    if ('printed' in message) {
      // What a module prints between calls, nobody asked for.
      if (open.size > 0) say(`${start.title}: ${message.printed}`);
      return;
    }
    open.get(message.id)?.settle('json' in message ? message : { failure: toError(message.failure) });
  });
  worker.on('error', (error: unknown) => end(`its module failed outside of a call: ${describe(error)}`));
  worker.on('exit', () => end('its module ended the thread that it runs in'));

  const call = (asked: ThreadCall): Promise<string> => {
    lastId += 1;
    say = asked.notice;
    return callInThread({ id: lastId, asked, thread: { worker, port }, open, stop });
  };
  const close = async (): Promise<void> => {
    await stop('the run is over');
  };
  return { ended: () => over, call, close };
}

/** A thread with the port that only its owner and its own code know. */
interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

function startWorker(start: ThreadStart): Thread {
  const { port1, port2 } = new MessageChannel();
  const data: ThreadData = { start, port: port2 };
  const worker = new Worker(WORKER, {
    workerData: data,
    transferList: [port2],
    // The worker sends what is printed; reading these would keep the process alive.
    stdout: true,
    stderr: true,
    argv: [],
    // What a module next to a package.json without `type` imports is no news for people who watch a run.
    execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const thread = { worker, port: port1 };
  keepAlive(thread, false);
  return thread;
}

/** Says whether the process waits for a thread. */
function keepAlive({ worker, port }: Thread, wanted: boolean): void {
  if (wanted) worker.ref();
  else worker.unref();
  if (wanted) port.ref();
  else port.unref();
}

interface CallInThread {
  readonly id: number;
  readonly asked: ThreadCall;
  readonly thread: Thread;
  readonly open: OpenCalls;
  readonly stop: (reason: string) => Promise<unknown>;
}

function callInThread({ id, asked, thread, open, stop }: CallInThread): Promise<string> {
  const { name, tool, args, workspace, signal } = asked;
  if (signal.aborted) return Promise.reject(abortFailure(asked));
  return new Promise((resolve, reject) => {
    let givenUp: CrewError | undefined;
    let grace: NodeJS.Timeout | undefined;
    const giveUp = (failure: CrewError): void => {
      if (givenUp !== undefined) return;
      givenUp = failure;
      send(thread.port, { type: 'abort', id });
      grace = setTimeout(() => void stop(`its module did not end \`${tool}\` when it was told to`), GRACE_MS);
    };
    const onAbort = (): void => giveUp(abortFailure(asked));
    const deadline = setTimeout(() => giveUp(tooLong(tool)), LONGEST_CALL_MS);
    const settle: OpenCall['settle'] = outcome => {
      open.delete(id);
      clearTimeout(deadline);
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
      if (open.size === 0) keepAlive(thread, false);
      if (givenUp !== undefined) reject(givenUp);
      else if ('failure' in outcome) reject(outcome.failure);
      else resolve(outcome.json);
    };
    if (open.size === 0) keepAlive(thread, true);
    open.set(id, { tool, settle });
    signal.addEventListener('abort', onAbort, { once: true });
    send(thread.port, { type: 'call', id, name, tool, args: JSON.stringify(args), workspace });
  });
}

function send(port: MessagePort, message: ToThread): void {
  port.postMessage(message);
}

function toError({ code, message }: CodedFailure): CrewError {
  return new CrewError(code, message);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function abortFailure({ tool, signal }: ThreadCall): CrewError {
  const reason: unknown = signal.reason;
  if (reason instanceof CrewError) return reason;
  return new CrewError('TOOL_FAILED', `\`${tool}\` was stopped before it finished`, { cause: reason });
}

function tooLong(tool: string): CrewError {
  return new CrewError('TOOL_FAILED', `\`${tool}\` did not finish within ${LONGEST_CALL_MS} ms`);
}
