import type {
  Budget,
  InputDeclaration,
  InputRewrite,
  ModelDeclaration,
  Phase,
  RefusedTools,
  Role,
  SourceMap,
} from './crew.ts';
import type { CrewMemory } from './crew-memory.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { McpServer, Sandbox } from './mcp-server.ts';
import type { PolicyRule } from './policy.ts';
import type { UsedPrompt } from './prompt-file.ts';
import type { ToolSpec } from './tool-spec.ts';

/** The program format that this version writes and runs. A journal replays only on its own format. */
export const PROGRAM_FORMAT = 1;

/** A module that tools come from: its path, relative to the program's `folder`, and the sha256 that its text must have. */
export interface ProgramModule {
  readonly module: string;
  readonly sha256: string;
}

/** An MCP server that tools come from, as the crew file wrote it. */
export interface ProgramServer {
  readonly mcp: McpServer;
  readonly identity: string;
}

/**
 * The phase whose untrusted artifact keeps a tool from being called in a piece of work; undefined when none does. Items, inner
 * conversations and workers are as their phase. Pure.
 */
export function refusedBy(program: Pick<Program, 'refused'>, path: string, tool: string): string | undefined {
  const { refused = {} } = program;
  const [phase = path] = path.split('.');
  const at = [path, phase].find(place => Object.hasOwn(refused, place));
  const tools = at === undefined ? {} : (refused[at] ?? {});
  return Object.hasOwn(tools, tool) ? tools[tool] : undefined;
}

/** A built-in toolset whose programs run in a sandbox. */
export interface ProgramSandboxed {
  readonly builtin: string;
  readonly sandbox: Sandbox;
}

/**
 * A compiled crew: plain JSON, stored by value with every run. `machine` is an XState machine config with named
 * actions and guards only; `phases` holds the work behind each state; `tools` the specs as models were shown them.
 * `hash` is the sha256 of all the rest but `sourceMap`, `folder` and `prompts` in canonical form: a changed comment changes no hash.
 */
export interface Program {
  readonly format: typeof PROGRAM_FORMAT;
  readonly hash: string;
  readonly crew: string;
  readonly goal: string;
  readonly inputs: readonly InputDeclaration[];
  readonly models: readonly ModelDeclaration[];
  readonly roles: readonly Role[];
  readonly tools: readonly ToolSpec[];
  /** Toolset aliases of the crew to what stands behind each: a built-in, by its name alone or with a sandbox, a module, or an MCP server. */
  readonly toolsets: {
    readonly [alias: string]: string | ProgramSandboxed | ProgramModule | ProgramServer;
  };
  readonly budget: Budget;
  /** The author's rules, which only narrow; absent when there are none. */
  readonly policy?: readonly PolicyRule[];
  /** Absent when no role remembers anything. */
  readonly memory?: CrewMemory;
  readonly phases: { readonly [name: string]: Phase };
  /** What untrusted artifacts keep from being called, see `refusedBy`; absent when nothing is. */
  readonly refused?: RefusedTools;
  /** The programs of `crew` phases and branches by path (`build`, `split.docs`); absent when there are none. */
  readonly crews?: { readonly [path: string]: Program };
  /** Which phase says an input of the run again before the rest begins; absent when none does, as in all crews inside. */
  readonly rewrites?: InputRewrite;
  /** Values for the inputs of the procedure over `inputs`; absent when templates read the crew's own. */
  readonly bindings?: { readonly [input: string]: JsonValue };
  readonly machine: JsonObject;
  /** Which prompt files, in which versions, stand at which places; absent when none is used. */
  readonly prompts?: readonly UsedPrompt[];
  readonly sourceMap: SourceMap;
  /** The absolute folder that paths of modules are relative to; absent when no tool of this program or inside it is a module's. */
  readonly folder?: string;
}
