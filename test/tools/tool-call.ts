import type { CrewError } from '../../src/model/crew-error.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createBuiltinTools } from '../../src/tools/builtin.ts';

/** Calls a built-in tool by name in a workspace and gives its result, which every tool here has as an object. */
export async function callTool(workspace: string, name: string, args: JsonObject): Promise<ToolResult> {
  const tool = createBuiltinTools().get(name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  const signal = new AbortController().signal;
  return (await tool.call(args, { workspace, signal, notice: () => undefined })) as ToolResult;
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into results of many shapes.
export type ToolResult = any;

/** The code of the `CrewError` that a promise fails with, and its message. */
export async function failureOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    const { code, message } = error as CrewError;
    return { code, message };
  }
  throw new Error('expected a failure, but it succeeded');
}

/** A signal that never aborts. */
export function calm(): AbortSignal {
  return new AbortController().signal;
}
