import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import type { McpServer } from '../model/mcp-server.ts';

/** Programs whose text is looked at; what a command else names is data, and changes. */
const PROGRAM = /\.([cm]?[jt]s|py|rb|pl|sh|bash)$/;
const LARGEST_PROGRAM = 16 * 1024 * 1024;

/** A file that a crew is made of, by its path from the crew file's folder, and the sha256 of its bytes, in hex. */
export interface ContentRow {
  readonly path: string;
  readonly sha256: string;
}

/**
 * All that a crew file reads, sorted by path: its includes, procedures, inner crews, locks and modules, and the programs of
 * the workspace that its servers' commands name.
 */
export function crewContent(
  loaded: Pick<LoadedCrew, 'sources' | 'toolsets'>,
  at: { readonly file: string; readonly cwd: string; readonly workspace: string },
): readonly ContentRow[] {
  const folder = dirname(resolve(at.cwd, at.file));
  const rows = new Map<string, string>();
  const add = (path: string, sha256: string): void => {
    rows.set(relative(folder, resolve(at.cwd, path)), sha256);
  };
  for (const [path, text] of loaded.sources) add(path, hashText(text));
  for (const { source } of loaded.toolsets) {
    if (source.kind === 'module') add(source.path, source.sha256);
    if (source.kind !== 'mcp') continue;
    for (const path of namedPrograms(source.server, at.workspace)) {
      add(path, createHash('sha256').update(readFileSync(path)).digest('hex'));
    }
  }
  return [...rows]
    .map(([path, sha256]) => ({ path, sha256 }))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

/** The sha256 of the whole content, in hex. Pure. */
export function contentHash(rows: readonly ContentRow[]): string {
  return hashText(JSON.stringify(rows.map(({ path, sha256 }) => [path, sha256])));
}

/** The files of the workspace that a command starts, as absolute paths: scripts, and a command that is a path. */
export function namedPrograms({ transport }: McpServer, workspace: string): readonly string[] {
  if (transport.kind !== 'stdio') return [];
  const folder = resolve(workspace, transport.cwd ?? '.');
  const { command, args } = transport;
  const words = [...(command.includes('/') ? [command] : []), ...args.filter(word => PROGRAM.test(word))];
  return words.map(word => resolve(folder, word)).filter(isProgram);
}

function isProgram(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= LARGEST_PROGRAM;
}

function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
