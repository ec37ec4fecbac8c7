import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Crew, SourceMap, ToolsetDeclaration } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { PROGRAM_FORMAT, type Program } from '../model/program.ts';
import type { ToolCatalog, ToolSpec } from '../model/tool-spec.ts';
import { buildMachineConfig } from './machine-config.ts';

/**
 * Compiles a checked crew into a program: plain JSON that a run stores by value and that needs no file any more.
 * Expects a crew without error diagnostics. Pure; equal crews give equal hashes wherever their files stand.
 * @see ../model/program.ts
 */
export function compileCrew(crew: Crew, options: { sourceMap: SourceMap; catalog: ToolCatalog }): Program {
  const parts = {
    format: PROGRAM_FORMAT,
    crew: crew.name,
    goal: crew.goal,
    inputs: crew.inputs,
    models: crew.models,
    roles: crew.roles,
    tools: crew.toolsets.flatMap(toolset => aliasSpecs(toolset, options.catalog)),
    toolsets: Object.fromEntries(crew.toolsets.map(toolset => [toolset.name, toolset.source.name])),
    budget: crew.budget,
    phases: Object.fromEntries(crew.sop.phases.map(phase => [phase.name, phase])),
    machine: buildMachineConfig(crew.name, crew.sop),
  } as const;
  return { ...parts, hash: hashProgram(parts), sourceMap: options.sourceMap };
}

/** The sha256, in hex, of a program's parts in canonical form; `hash` and `sourceMap` do not count. Pure. */
export function hashProgram(program: Omit<Program, 'hash' | 'sourceMap'>): string {
  const { hash: _hash, sourceMap: _sourceMap, ...parts } = program as Program;
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(parts as unknown as JsonValue))));
}

/** The specs of a built-in under the alias that the crew gave it: `vcs: builtin:git` makes `vcs.diff` of `git.diff`. */
function aliasSpecs(toolset: ToolsetDeclaration, catalog: ToolCatalog): ToolSpec[] {
  const specs = catalog.get(toolset.source.name) ?? [];
  return specs.map(spec => ({
    ...spec,
    name: `${toolset.name}${spec.name.slice(spec.name.indexOf('.'))}`,
  }));
}
