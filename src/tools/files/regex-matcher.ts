import { Worker } from 'node:worker_threads';
import { CrewError } from '../../model/crew-error.ts';
import type { LineMatch } from './line-match.ts';

const DEADLINE_MS = 5000;
/** The compiler rewrites imports, but not this. */
const WORKER = import.meta.url.endsWith('.ts')
  ? new URL('./regex-worker.ts', import.meta.url)
  : new URL('./regex-worker.js', import.meta.url);

/** Finds matching lines in one text after the other. */
export interface RegexMatcher {
  find(text: string, limit: number): Promise<readonly LineMatch[]>;
  close(): Promise<void>;
}

/**
 * Opens a matcher for a regular expression that came from a model: it runs in a thread of its own, which is ended
 * when one text takes longer than 5 seconds or the signal aborts, so an expression that backtracks for ever cannot
 * hang the process. Fails with TOOL_ARGUMENTS when the expression is broken; `find` fails with TOOL_FAILED.
 */
export function openRegexMatcher(pattern: string, signal: AbortSignal): RegexMatcher {
  try {
    new RegExp(pattern);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CrewError('TOOL_ARGUMENTS', `expected a JavaScript regular expression: ${said}`);
  }
  const worker = new Worker(WORKER, {
    workerData: pattern,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  // Without a listener a thread that fails between two questions would end the process; the next question tells.
  worker.on('error', () => undefined);
  return {
    find: (text, limit) => ask({ worker, pattern, signal, question: { text, limit } }),
    close: async () => {
      await worker.terminate();
    },
  };
}

function ask(options: {
  readonly worker: Worker;
  readonly pattern: string;
  readonly signal: AbortSignal;
  readonly question: { readonly text: string; readonly limit: number };
}): Promise<readonly LineMatch[]> {
  const { worker, pattern, signal, question } = options;
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      finish();
    };
    const fail = (message: string) => settle(() => reject(new CrewError('TOOL_FAILED', message)));
    const onAbort = () => fail('the search was stopped before it finished');
    const timer = setTimeout(
      () => fail(`\`${pattern}\` took longer than ${DEADLINE_MS} ms on one file: use a simpler expression`),
      DEADLINE_MS,
    );
    const onMessage = (matches: readonly LineMatch[]) => settle(() => resolve(matches));
    const onError = (error: unknown) => fail(`the search failed: ${String(error)}`);
    const onExit = () => fail('the search failed: its thread has ended');
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else worker.postMessage(question);
  });
}
