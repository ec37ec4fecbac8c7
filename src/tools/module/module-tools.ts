import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonSchema, JsonValue } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import type { Tool } from '../../ports/tool.ts';
import { type ModuleThread, startModuleThread } from './module-thread.ts';

/** A module and the tools that a crew declares of it. */
export interface ModuleToolsOptions {
  /** Its absolute path. */
  readonly file: string;
  /** Its path as messages show it. */
  readonly title: string;
  /** What its text in UTF-8 must have, in hex. */
  readonly sha256: string;
  readonly specs: readonly ToolSpec[];
  /** Says how a value does not fit a schema; undefined when it fits. This room knows no JSON Schema. */
  readonly misfit: (schema: JsonSchema, value: JsonValue) => string | undefined;
}

/** The tools of one module by name as the crew calls them, and the end of the thread that they run in. */
export interface ModuleTools {
  readonly tools: ReadonlyMap<string, Tool>;
  /** Ends what still runs; later calls fail. */
  readonly close: () => Promise<void>;
}

/**
 * Makes tools of a module of the crew's author. It runs in a thread that starts with the first call and again after it
 * has ended; before each start its file is compared with `sha256`, and what was compared is what runs. Calls fail with
 * TOOL_CHANGED, FILE_UNREADABLE, TOOL_UNKNOWN (no such export) or TOOL_FAILED, also for a result that is no JSON, too
 * long, or does not fit `output`. A thread is no jail: the module may do what this process may.
 */
export function createModuleTools(options: ModuleToolsOptions): ModuleTools {
  let thread: ModuleThread | undefined;
  let closed = false;
  const running = (): ModuleThread => {
    if (closed)
      throw new CrewError('TOOL_FAILED', `\`${options.title}\` is not called after the end of a run`);
    if (thread === undefined || thread.ended()) thread = startModuleThread(readVerified(options));
    return thread;
  };
  const toTool = (spec: ToolSpec): Tool => ({
    spec,
    async call(args, context) {
      const name = spec.name.slice(spec.name.indexOf('.') + 1);
      const value = JSON.parse(
        await running().call({ name, tool: spec.name, args, ...context }),
      ) as JsonValue;
      const { outputSchema } = spec;
      const wrong = outputSchema === undefined ? undefined : options.misfit(outputSchema, value);
      if (wrong === undefined) return value;
      throw new CrewError(
        'TOOL_FAILED',
        `\`${spec.name}\` returned what its \`output\` does not allow: ${wrong}`,
      );
    },
  });
  const close = async (): Promise<void> => {
    closed = true;
    await thread?.close();
  };
  return { tools: new Map(options.specs.map(spec => [spec.name, toTool(spec)])), close };
}

/** The text, and not the bytes, is compared: that is what a crew file's reader has hashed, and what runs. */
function readVerified({ file, title, sha256 }: ModuleToolsOptions) {
  const { path, text } = readModule(file, title);
  const found = createHash('sha256').update(text, 'utf8').digest('hex');
  if (found === sha256) return { url: pathToFileURL(path).href, text, title };
  const message = `expected \`${title}\` as it was when the run began (sha256 ${sha256.slice(0, 12)}…), found another text (${found.slice(0, 12)}…)`;
  throw new CrewError('TOOL_CHANGED', message);
}

/** Modules are loaded by their real path, so that is where the verified text must stand. */
function readModule(file: string, title: string): { readonly path: string; readonly text: string } {
  try {
    const path = realpathSync(file);
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CrewError('TOOL_CHANGED', `expected the module \`${title}\`, found no file \`${file}\``);
    }
    throw new CrewError('FILE_UNREADABLE', `the module \`${title}\` cannot be read: ${message}`, {
      cause: error,
    });
  }
}
