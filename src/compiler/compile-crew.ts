import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Crew, CrewWork, Phase, PhaseWork, SourceMap, ToolsetDeclaration } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { PROGRAM_FORMAT, type Program } from '../model/program.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import { toolsetSpecs } from '../model/toolset-specs.ts';
import { buildMachineConfig } from './machine-config.ts';

interface CompileOptions {
  readonly sourceMap: SourceMap;
  readonly catalog: ToolCatalog;
  readonly folder?: string | undefined;
}

/**
 * Compiles a checked crew into a program: plain JSON that a run stores by value and that needs no file any more.
 * Expects a crew without error diagnostics. `folder` is what paths are relative to, absolute; it is kept where modules are
 * named. Pure; equal crews give equal hashes wherever their files stand.
 * @see ../model/program.ts
 */
export function compileCrew(crew: Crew, options: CompileOptions): Program {
  const crews = compileInner(crew, options.catalog);
  const parts = {
    format: PROGRAM_FORMAT,
    crew: crew.name,
    goal: crew.goal,
    inputs: crew.inputs,
    models: crew.models,
    roles: crew.roles,
    tools: crew.toolsets.flatMap(toolset => toolsetSpecs(toolset, options.catalog) ?? []),
    toolsets: toolsetRows(crew.toolsets),
    budget: crew.budget,
    ...(crew.policy === undefined ? {} : { policy: crew.policy }),
    ...(remembers(crew) ? { memory: crew.memory } : {}),
    phases: Object.fromEntries(crew.sop.phases.map(phase => [phase.name, withoutContent(phase)])),
    ...(crew.refused === undefined ? {} : { refused: crew.refused }),
    ...(Object.keys(crews).length === 0 ? {} : { crews }),
    ...(crew.rewrites === undefined ? {} : { rewrites: crew.rewrites }),
    ...(crew.bindings === undefined ? {} : { bindings: crew.bindings }),
    machine: buildMachineConfig(crew.name, crew.sop),
  } as const;
  const { sourceMap, folder } = options;
  const used = crew.prompts === undefined ? {} : { prompts: crew.prompts };
  const program = { ...parts, ...used, hash: hashProgram(parts), sourceMap };
  return folder !== undefined && namesModules(program) ? { ...program, folder } : program;
}

/** A memory that no role uses is none. */
function remembers(crew: Crew): crew is Crew & Required<Pick<Crew, 'memory'>> {
  return crew.memory !== undefined && crew.roles.some(role => role.memory !== undefined);
}

/** Whether a tool of the program, or of one inside it, is a module's. */
function namesModules({ tools, crews = {} }: Program): boolean {
  return tools.some(({ source }) => source === 'module') || Object.values(crews).some(namesModules);
}

/** Compiles the crews in phases, branches and items by their paths. Their files have source maps of their own. */
function compileInner(crew: Crew, catalog: ToolCatalog): { readonly [path: string]: Program } {
  const rows = crew.sop.phases
    .flatMap(listCrews)
    .flatMap(([path, { crew: inner }]) =>
      inner === undefined ? [] : [[path, compileCrew(inner, { sourceMap: {}, catalog })] as const],
    );
  return Object.fromEntries(rows);
}

function listCrews(phase: Phase): (readonly [string, CrewWork])[] {
  if (phase.kind === 'crew') return [[phase.name, phase]];
  if (phase.kind === 'each') return phase.work.kind === 'crew' ? [[`${phase.name}.do`, phase.work]] : [];
  if (phase.kind !== 'parallel') return [];
  return phase.branches.flatMap(branch =>
    branch.kind === 'crew' ? [[`${phase.name}.${branch.name}`, branch] as const] : [],
  );
}

/** A crew in a phase is a program of its own; its words need not be there twice. */
function withoutContent(phase: Phase): Phase {
  if (phase.kind === 'crew') return bare(phase);
  if (phase.kind === 'each') return { ...phase, work: bare(phase.work) };
  return phase.kind === 'parallel' ? { ...phase, branches: phase.branches.map(bare) } : phase;
}

function bare<Work extends PhaseWork>(work: Work): Work {
  if (work.kind !== 'crew') return work;
  const { crew: _compiled, ...rest } = work;
  return rest as Work;
}

/**
 * The sha256, in hex, of a program's parts in canonical form; `hash`, `sourceMap`, `folder`, `prompts` and the places of rules
 * do not count. The texts of prompt files do, for they stand in the phases by value. Pure.
 */
export function hashProgram(program: Omit<Program, 'hash' | 'sourceMap' | 'folder'>): string {
  const {
    hash: _hash,
    sourceMap: _sourceMap,
    folder: _folder,
    prompts: _prompts,
    ...parts
  } = program as Program;
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(withoutPlaces(parts) as unknown as JsonValue))));
}

/** The same program, and those inside it, with rules that do not know where they stand, and without the names of prompts. */
function withoutPlaces<Part extends Pick<Program, 'policy' | 'crews' | 'prompts'>>(program: Part): Part {
  const { policy, crews, prompts: _prompts, ...rest } = program;
  return {
    ...(rest as Part),
    ...(policy === undefined ? {} : { policy: policy.map(rule => ({ ...rule, at: '' })) }),
    ...(crews === undefined
      ? {}
      : {
          crews: Object.fromEntries(
            Object.entries(crews).map(([path, inner]) => [path, withoutPlaces(inner)]),
          ),
        }),
  };
}

/** What stands behind each alias. */
function toolsetRows(toolsets: readonly ToolsetDeclaration[]): Program['toolsets'] {
  const rows = toolsets.map(({ name, source }) => {
    if (source.kind === 'builtin') {
      const { name: builtin, sandbox } = source;
      return [name, sandbox === undefined ? builtin : { builtin, sandbox }] as const;
    }
    if (source.kind === 'mcp') return [name, { mcp: source.server, identity: source.identity }] as const;
    return [name, { module: source.path, sha256: source.sha256 }] as const;
  });
  return Object.fromEntries(rows);
}
