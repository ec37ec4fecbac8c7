import type { Crew, SourceMap } from '../model/crew.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ListFolder, ReadSource } from '../model/source.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import { assembleCrew, type PlacedToolset } from './assemble.ts';
import { followUntrusted, withRefused } from './follow-untrusted.ts';
import { applyIgnores } from './ignores.ts';
import type { IncludeReader } from './includes.ts';
import { readRoot } from './read-root.ts';
import { createReport, sortDiagnostics } from './report.ts';
import { buildSourceMap } from './source-map.ts';
import { refuseWrongKind } from './wrong-kind.ts';

/** What reading a file needs: its path, a way to read it and its includes, and the tools that exist. */
export interface LoadOptions {
  /** The file as the author gives it; includes are resolved against it. */
  readonly path: string;
  readonly readSource: ReadSource;
  /** For suggestions; without it only those are made that need no look into a folder. */
  readonly listFolder?: ListFolder;
  readonly catalog: ToolCatalog;
}

/** A crew file as it was read, with all that is wrong with it. */
export interface LoadedCrew {
  /** Present exactly when no diagnostic is an error. */
  readonly crew?: Crew;
  readonly sourceMap: SourceMap;
  readonly diagnostics: readonly Diagnostic[];
  /** The text of every YAML and JSON file that was read, by path; modules are not among them. */
  readonly sources: ReadonlyMap<string, string>;
  /** The toolsets of this crew file and of those inside it, also of broken ones. */
  readonly toolsets: readonly PlacedToolset[];
  /** The absolute folder that paths are relative to, for readers that know it. */
  readonly folder?: string;
}

/**
 * Reads a crew file with everything that it includes, checks it by every rule and lowers it. Never throws for any
 * text: all mistakes of all files are in `diagnostics`, sorted by file, line and column. Deterministic.
 */
export function loadCrew(options: LoadOptions): LoadedCrew {
  const { path, readSource, listFolder, catalog } = options;
  const sources = new Map<string, string>();
  const toolsets: PlacedToolset[] = [];
  const { report, diagnostics, failed } = createReport();
  const reader: IncludeReader = { readSource, sources, report, ...(listFolder ? { listFolder } : {}) };
  const found = (sourceMap: SourceMap, crew?: Crew): LoadedCrew => {
    const left = applyIgnores(diagnostics, sources);
    const sorted = sortDiagnostics(left, [...sources.keys()]);
    const complete = crew !== undefined && !left.some(row => row.severity === 'error');
    return { ...(complete ? { crew } : {}), sourceMap, diagnostics: sorted, sources, toolsets };
  };
  const root = readRoot(path, reader);
  if (!root || refuseWrongKind('crew', root, report)) return found({});
  const { crew, crewRoot, sopRoot } = assembleCrew(root, path, {
    reader,
    catalog,
    failed,
    stack: [path],
    count: { crews: 0 },
    toolsets,
  });
  const checked = sopRoot && withRefused(crew, followUntrusted(crew, catalog));
  return found(buildSourceMap(crewRoot, sopRoot ?? crewRoot), checked);
}
