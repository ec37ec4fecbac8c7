import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OpenMemory } from '../memory/open-memory.ts';
import type { ReadPast } from '../memory/tools/recall-search.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program, ProgramModule, ProgramSandboxed, ProgramServer } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import type { Tool } from '../ports/tool.ts';
import type { McpTools } from '../tools/mcp/mcp-tools.ts';
import type { ModuleTools } from '../tools/module/module-tools.ts';
import { libraryTerminal } from './library-terminal.ts';
import { openMcpLogin } from './mcp-login.ts';
import { loadMcpTools, loadModuleTools, loadShellTools, loadTools } from './wire.ts';
import { loadMemoryTools } from './wire-memory.ts';

/** What the tools of a run are opened with. */
interface OpenToolsOptions {
  /** Stand in for built-in tools of the same name, and for those of a module or server by the name that the crew gives them. */
  readonly own?: readonly Tool[] | undefined;
  /** Modules are found below it; the current folder when a program has none. */
  readonly folder?: string | undefined;
  /** Where MCP servers are started; the current folder when left out. */
  readonly workspace?: string;
  /** Where their variables, tokens and logins are looked for; `process.env` when left out. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** What the tools of memory work on; absent in a run without memory, where they fail with MEMORY_UNAVAILABLE. */
  readonly memory?: (() => Promise<OpenMemory>) | undefined;
  /** What was said in this run and in earlier ones of its crew; nothing is found when left out. */
  readonly past?: ReadPast | undefined;
  /** Takes a line of what servers say outside of calls. */
  readonly onNotice?: (text: string) => void;
}

/** The tools of one run, opened when they are first called. */
export interface OpenedTools {
  /** The tool as the crew of `program`, the run's or one inside it, calls it. */
  readonly find: (program: Program, name: string) => Promise<Tool | undefined>;
  /** Ends the threads of modules and the servers. */
  readonly close: () => Promise<void>;
}

/** Opens the tools of a run. What several crews of a run name in the same way is opened once. */
export function openTools(options: OpenToolsOptions): OpenedTools {
  const { own = [], folder = '.' } = options;
  const given = new Map(own.map(tool => [tool.spec.name, tool]));
  // One set for the whole run: the reviewers share what they have read of a change.
  let builtins: ReturnType<typeof loadTools> | undefined;
  const modules = new Map<string, Promise<ModuleTools>>();
  const servers = new Map<string, Promise<McpTools>>();
  const openOnce = <Opened>(
    opened: Map<string, Promise<Opened>>,
    key: unknown,
    open: () => Promise<Opened>,
  ): Promise<Opened> => {
    const text = JSON.stringify(key);
    const found = opened.get(text) ?? open();
    opened.set(text, found);
    return found;
  };
  const inModule = async (behind: ProgramModule, { specs, name }: Asked) => {
    const open = (): Promise<ModuleTools> => createModule(behind, specs, folder);
    return (await openOnce(modules, [behind, specs], open)).tools.get(name);
  };
  const inServer = async (behind: ProgramServer, { alias, specs, name }: Asked) => {
    // Another alias of the same server, with the same times and accepted with the same pins, is the same server.
    const tools = specs.map(spec => [shortName(spec.name), spec.pin ?? '']);
    const open = (): Promise<McpTools> => createServer(behind, { alias, specs }, options);
    const { tools: found } = await openOnce(servers, [behind, tools], open);
    const tool = [...found].find(([key]) => shortName(key) === shortName(name))?.[1];
    return tool && { ...tool, spec: specs.find(spec => spec.name === name) ?? tool.spec };
  };
  const find: OpenedTools['find'] = async (program, name) => {
    const alias = name.slice(0, name.indexOf('.'));
    const behind = Object.hasOwn(program.toolsets, alias) ? program.toolsets[alias] : undefined;
    if (behind === undefined) return undefined;
    const specs = program.tools.filter(spec => spec.name.startsWith(`${alias}.`));
    const asked = { alias, specs, name };
    if (typeof behind === 'object' && !('builtin' in behind)) {
      const stand = given.get(name);
      return stand ?? ('mcp' in behind ? inServer(behind, asked) : inModule(behind, asked));
    }
    const builtin = `${typeof behind === 'string' ? behind : behind.builtin}.${shortName(name)}`;
    const stand = given.get(builtin);
    if (stand !== undefined) return stand;
    if (typeof behind === 'object') return inSandbox(behind, builtin);
    if (behind === 'memory') return ofMemory(program, builtin, options);
    builtins ??= loadTools();
    return (await builtins).get(builtin);
  };
  const close = async (): Promise<void> => {
    const opened = await Promise.allSettled([...modules.values(), ...servers.values()]);
    const closing = opened.flatMap(one => (one.status === 'fulfilled' ? [one.value.close()] : []));
    await Promise.all(closing);
  };
  return { find, close };
}

interface Asked {
  readonly alias: string;
  readonly specs: readonly ToolSpec[];
  readonly name: string;
}

function shortName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

async function inSandbox({ sandbox }: ProgramSandboxed, name: string): Promise<Tool | undefined> {
  const { createShellTools } = await loadShellTools();
  return createShellTools(sandbox).find(({ spec }) => spec.name === name);
}

async function ofMemory(
  program: Program,
  name: string,
  { memory, past }: Pick<OpenToolsOptions, 'memory' | 'past'>,
): Promise<Tool | undefined> {
  const { createMemoryTools } = await loadMemoryTools();
  const open = async (): Promise<OpenMemory> => {
    if (memory !== undefined) return memory();
    throw new CrewError('MEMORY_UNAVAILABLE', 'this run works without memory');
  };
  return createMemoryTools({ open, program, past }).get(name);
}

async function createServer(
  { mcp, identity }: ProgramServer,
  { alias, specs }: Pick<Asked, 'alias' | 'specs'>,
  { workspace = '.', env = process.env, onNotice = () => undefined }: OpenToolsOptions,
): Promise<McpTools> {
  const { createMcpTools, foreignMisfit } = await loadMcpTools();
  const authorize = await openMcpLogin({ server: mcp }, libraryTerminal(process.cwd(), env));
  return createMcpTools({
    alias,
    server: mcp,
    identity,
    specs,
    workspace: realpathSync(workspace),
    env,
    ...(authorize === undefined ? {} : { authorize }),
    notice: onNotice,
    misfit: foreignMisfit,
  });
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
