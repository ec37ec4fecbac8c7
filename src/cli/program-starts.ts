import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { JsonValue } from '../model/json.ts';
import type { McpServer } from '../model/mcp-server.ts';
import type { Program } from '../model/program.ts';
import { namedPrograms } from './crew-content.ts';
import { memoryAddress, memoryModel } from './memory/choose-memory.ts';
import { type MayBePersonal, personalUses } from './memory/personal-uses.ts';

/**
 * What a program, with those inside it, starts and runs, a sha256 in hex for each: MCP servers as they are declared, with the
 * place that they are started in and the scripts there that they name, and modules by path and text. Empty for built-in tools
 * alone. `workspace` is an absolute path.
 */
export function programStarts(program: Program, workspace: string): readonly string[] {
  const folder = program.folder ?? '.';
  const own = (each: Program): readonly string[] => [
    ...Object.values(each.toolsets).flatMap(behind => {
      if (typeof behind === 'string' || 'builtin' in behind) return [];
      if ('mcp' in behind) return [serverStart(behind.mcp, workspace)];
      return [moduleStart(resolve(folder, behind.module), behind.sha256)];
    }),
    ...Object.values(each.crews ?? {}).flatMap(own),
  ];
  return distinct([...own(program), ...memoryStart(program)]);
}

/** The same of a crew file that was read from the folder `cwd`. */
export function crewStarts(
  { toolsets, crew }: Pick<LoadedCrew, 'toolsets' | 'crew'>,
  { cwd, workspace }: { readonly cwd: string; readonly workspace: string },
): readonly string[] {
  const starts = toolsets.flatMap(({ source }) => {
    if (source.kind === 'builtin') return [];
    if (source.kind === 'mcp') return [serverStart(source.server, workspace)];
    return [moduleStart(resolve(cwd, source.path), source.sha256)];
  });
  return distinct([...starts, ...memoryStart(crew)]);
}

/** What lets one run go on under a policy that was vouched for when it began, as it was then. Pure. */
export function policyStart(runId: string, file: string, hash: string): string {
  return hashOf({ kind: 'policy', runId, file, hash });
}

function serverStart(server: McpServer, workspace: string): string {
  const scripts = namedPrograms(server, workspace).map(path => ({
    path,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
  }));
  const at = server.transport.kind === 'stdio' ? { in: realpathSync(workspace), scripts } : {};
  return hashOf({ kind: 'mcp', server: server as unknown as JsonValue, ...at });
}

/**
 * Where a crew's memory goes, when that is not a folder of the workspace, the model that native code reads for it, and what is
 * touched of what a person keeps for all projects.
 */
function memoryStart(of: MayBePersonal | undefined): readonly string[] {
  const [address, model] = [memoryAddress(of), memoryModel(of)];
  return [
    ...(address === undefined ? [] : [hashOf({ kind: 'memory', address })]),
    ...(model === undefined ? [] : [hashOf({ kind: 'model', file: model })]),
    ...personalUses(of).map(({ crew, roles, blocks }) => hashOf({ kind: 'personal', crew, roles, blocks })),
  ];
}

function moduleStart(path: string, sha256: string): string {
  return hashOf({ kind: 'module', path, sha256 });
}

function hashOf(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex');
}

function distinct(starts: readonly string[]): readonly string[] {
  return [...new Set(starts)].toSorted();
}
