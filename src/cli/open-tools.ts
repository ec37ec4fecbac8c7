import { resolve } from 'node:path';
import type { Program, ProgramModule } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import type { Tool } from '../ports/tool.ts';
import type { ModuleTools } from '../tools/module/module-tools.ts';
import { loadModuleTools, loadTools } from './wire.ts';

/** The tools of one run, opened when they are first called. */
export interface OpenedTools {
  /** The tool as the crew of `program`, the run's or one inside it, calls it. */
  readonly find: (program: Program, name: string) => Promise<Tool | undefined>;
  /** Ends the threads of modules. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the tools of a run. `own` stand in for built-in ones of the same name, and for a module's by the name that the
 * crew gives them. Modules are found below `folder`, the current one when a program has none.
 */
export function openTools({
  own = [],
  folder = '.',
}: {
  readonly own?: readonly Tool[] | undefined;
  readonly folder?: string | undefined;
}): OpenedTools {
  const given = new Map(own.map(tool => [tool.spec.name, tool]));
  // One set for the whole run: the reviewers share what they have read of a change.
  let builtins: ReturnType<typeof loadTools> | undefined;
  const modules = new Map<string, Promise<ModuleTools>>();
  const openModule = (behind: ProgramModule, specs: readonly ToolSpec[]): Promise<ModuleTools> => {
    // A procedure in a phase has the toolsets of the crew around it, and shares their threads.
    const key = JSON.stringify([behind, specs]);
    const opened = modules.get(key) ?? createModule(behind, specs, folder);
    modules.set(key, opened);
    return opened;
  };
  const find: OpenedTools['find'] = async (program, name) => {
    const dot = name.indexOf('.');
    const alias = name.slice(0, dot);
    const behind = Object.hasOwn(program.toolsets, alias) ? program.toolsets[alias] : undefined;
    if (behind === undefined) return undefined;
    if (typeof behind !== 'string' && 'mcp' in behind) return given.get(name);
    if (typeof behind !== 'string') {
      const specs = program.tools.filter(spec => spec.name.startsWith(`${alias}.`));
      return given.get(name) ?? (await openModule(behind, specs)).tools.get(name);
    }
    const builtin = `${behind}${name.slice(dot)}`;
    builtins ??= loadTools();
    return given.get(builtin) ?? (await builtins).get(builtin);
  };
  const close = async (): Promise<void> => {
    for (const opened of modules.values()) await (await opened).close();
  };
  return { find, close };
}

async function createModule(
  { module, sha256 }: ProgramModule,
  specs: readonly ToolSpec[],
  folder: string,
): Promise<ModuleTools> {
  const { createModuleTools, validateValue, describeProblems } = await loadModuleTools();
  return createModuleTools({
    file: resolve(folder, module),
    title: module,
    sha256,
    specs,
    misfit: (schema, value) => {
      const problems = validateValue(schema, value);
      return problems.length === 0 ? undefined : describeProblems(problems, 3);
    },
  });
}
