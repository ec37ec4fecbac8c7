// Runs one module of a crew in a thread of its own. Its owner is `module-thread.ts`.
// 1. The module is evaluated from the text that its owner has verified, whatever stands on the disk by now.
// 2. It is an ES module, whatever a package.json says; types of a `.ts` file are stripped.
// 3. Every call is answered once; nothing but JSON text and printed lines leaves the thread.
import { registerHooks } from 'node:module';
import { workerData } from 'node:worker_threads';
import type { CodedFailure } from '../../model/crew-error.ts';
import { MAX_PROBLEM_LENGTH, MAX_TOOL_RESULT_LENGTH } from '../../model/limits.ts';
import { jsonText } from './json-text.ts';
import { takePrintedLines } from './printed-lines.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';
import { typeScriptProblem } from './typescript-problem.ts';

type Call = Extract<ToThread, { type: 'call' }>;
type Outcome = { readonly json: string } | { readonly failure: CodedFailure };

const owned = workerData as ThreadData;
const { url, text, title } = owned.start;
const { port } = owned;
delete owned.port;
const controllers = new Map<number, AbortController>();
let given = false;

registerHooks({
  load(asked, context, next) {
    if (asked !== url) return next(asked, context);
    given = true;
    return { format: url.endsWith('.ts') ? 'module-typescript' : 'module', source: text, shortCircuit: true };
  },
});
const printed = takePrintedLines([process.stdout, process.stderr], line => send({ printed: line }));
const loading = loadExports();

port?.on('message', (message: ToThread) => {
  if (message.type === 'abort') controllers.get(message.id)?.abort();
  else void answer(message);
});

async function answer(call: Call): Promise<void> {
  const controller = new AbortController();
  controllers.set(call.id, controller);
  const outcome = await run(call, controller.signal);
  controllers.delete(call.id);
  printed.finish();
  send({ id: call.id, ...outcome });
}

function send(message: FromThread): void {
  port?.postMessage(message);
}

async function run(call: Call, signal: AbortSignal): Promise<Outcome> {
  const loaded = await loading;
  if ('failure' in loaded) return loaded;
  const { exports } = loaded;
  const found = exports.get(call.name);
  if (typeof found !== 'function') return { failure: unknownExport(call.name, exports) };
  // While the module was loading, the call may have been given up.
  if (signal.aborted) return failed(`\`${call.tool}\` was stopped before it began`);
  try {
    const value: unknown = await found(JSON.parse(call.args), { workspace: call.workspace, signal });
    return toOutcome(call.tool, value);
  } catch (error) {
    return failed(`\`${call.tool}\` failed: ${messageOf(error)}`);
  }
}

async function loadExports(): Promise<
  { readonly exports: ReadonlyMap<string, unknown> } | { readonly failure: CodedFailure }
> {
  try {
    const exports = new Map<string, unknown>(Object.entries(await import(url)));
    if (!given) throw new Error('its text was not taken from where it was verified');
    return { exports };
  } catch (error) {
    return failed(`\`${title}\` cannot be loaded: ${typeScriptProblem(error) ?? messageOf(error)}`);
  }
}

function unknownExport(name: string, exports: ReadonlyMap<string, unknown>): CodedFailure {
  const names = [...exports].filter(([, one]) => typeof one === 'function').map(([one]) => `\`${one}\``);
  const there = names.length === 0 ? 'it exports no function' : `it exports ${names.slice(0, 20).join(', ')}`;
  return {
    code: 'TOOL_UNKNOWN',
    message: `expected \`${title}\` to export a function \`${name}\`; ${there}`,
  };
}

/** Tools that only do something return nothing, which is null in JSON. */
function toOutcome(tool: string, value: unknown = null): Outcome {
  const result = jsonText(value);
  if ('problem' in result) {
    const where = result.at === '' ? '' : ` at \`${result.at.slice(0, 200)}\``;
    return failed(`expected \`${tool}\` to return JSON, found ${result.problem}${where}`);
  }
  const { length } = result.json;
  if (length <= MAX_TOOL_RESULT_LENGTH) return result;
  return failed(`\`${tool}\` returned ${length} characters, the limit is ${MAX_TOOL_RESULT_LENGTH}`);
}

function failed(message: string): { readonly failure: CodedFailure } {
  return { failure: { code: 'TOOL_FAILED', message: message.slice(0, MAX_PROBLEM_LENGTH).toWellFormed() } };
}

/** Foreign code may throw anything, also what fails to say what it is. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error && error.name === 'Error' ? error.message : String(error);
  } catch {
    return 'it threw something without a text';
  }
}
