import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeProblems, validateValue } from '../../src/expressions/validate-value.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import { createModuleTools, type ModuleTools } from '../../src/tools/module/module-tools.ts';

/** A folder with real modules, and the tools made of them. */
export interface ModuleFolder {
  readonly path: string;
  write(name: string, text: string): string;
  /** The tools `mine.<name>` of a module that is written first. */
  open(text: string, specs: readonly (string | Partial<ToolSpec>)[], name?: string): OpenedModule;
  dispose(): Promise<void>;
}

interface OpenedModule extends ModuleTools {
  readonly file: string;
  readonly printed: readonly string[];
  call(name: string, args?: JsonObject, signal?: AbortSignal): Promise<JsonValue>;
}

/** Makes a temporary folder for modules. */
export function makeModuleFolder(): ModuleFolder {
  const path = mkdtempSync(join(tmpdir(), 'crew-modules-'));
  const opened: ModuleTools[] = [];
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  return {
    path,
    write,
    open: (text, specs, name = 'tools/mine.js') => {
      const file = write(name, text);
      const sha256 = createHash('sha256').update(text).digest('hex');
      const made = createModuleTools({ file, title: name, sha256, specs: specs.map(toSpec), misfit });
      opened.push(made);
      const printed: string[] = [];
      const notice = (line: string) => void printed.push(line);
      const call: OpenedModule['call'] = async (tool, args = {}, signal = new AbortController().signal) => {
        const found = made.tools.get(`mine.${tool}`);
        if (found === undefined) throw new Error(`there is no tool ${tool}`);
        return found.call(args, { workspace: path, signal, notice });
      };
      return { ...made, file, printed, call };
    },
    async dispose() {
      for (const made of opened) await made.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function toSpec(given: string | Partial<ToolSpec>): ToolSpec {
  const { name = '', ...rest } = typeof given === 'string' ? { name: given } : given;
  const open: ToolSpec = {
    name: `mine.${name}`,
    description: name,
    inputSchema: { type: 'object' },
    readOnly: false,
    source: 'module',
  };
  return { ...open, ...rest };
}

function misfit(...[schema, value]: Parameters<typeof validateValue>): string | undefined {
  const problems = validateValue(schema, value);
  return problems.length === 0 ? undefined : describeProblems(problems, 3);
}
