import type { Crew, SourceMap } from '../model/crew.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ReadSource } from '../model/source.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import { includeSop } from './include-sop.ts';
import type { IncludeReader } from './includes.ts';
import { lowerCrew } from './lower.ts';
import { lowerSopNode } from './lower-sop-node.ts';
import { parseSource } from './parse.ts';
import { createReport, sortDiagnostics } from './report.ts';
import { checkRules } from './rules.ts';
import { validateShape } from './schema.ts';
import { rangeOf } from './source-file.ts';
import { buildSourceMap, createPlaces } from './source-map.ts';
import { toJsonObject } from './source-node.ts';
import { refuseWrongKind } from './wrong-kind.ts';

export interface LoadOptions {
  /** The file as the author gives it; includes are resolved against it. */
  readonly path: string;
  readonly readSource: ReadSource;
  readonly catalog: ToolCatalog;
}

export interface LoadedCrew {
  /** Present exactly when no diagnostic is an error. */
  readonly crew?: Crew;
  readonly sourceMap: SourceMap;
  readonly diagnostics: readonly Diagnostic[];
  /** The text of every file that was read, by path. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads a crew file with everything that it includes, checks it by every rule and lowers it. Never throws for any
 * text: all mistakes of all files are in `diagnostics`, sorted by file, line and column. Deterministic.
 */
export function loadCrew(options: LoadOptions): LoadedCrew {
  const { path, readSource, catalog } = options;
  const sources = new Map<string, string>();
  const { report, diagnostics } = createReport();
  const reader: IncludeReader = { readSource, sources, report };
  const found = (sourceMap: SourceMap, crew?: Crew): LoadedCrew => {
    const sorted = sortDiagnostics(diagnostics, [...sources.keys()]);
    const failed = crew === undefined || sorted.some(row => row.severity === 'error');
    return { ...(failed ? {} : { crew }), sourceMap, diagnostics: sorted, sources };
  };
  const root = readRoot(path, reader);
  if (!root || refuseWrongKind('crew', root, report)) return found({});
  validateShape('crew', root, report);
  const sopRoot = includeSop(root, path, reader);
  if (!sopRoot) return found(buildSourceMap(root, root));
  const places = createPlaces(root, sopRoot);
  const crew = lowerCrew(toJsonObject(root), lowerSopNode(sopRoot, places, reader));
  checkRules({
    file: 'crew',
    crew,
    places,
    catalog,
    report,
    roots: root === sopRoot ? [root] : [root, sopRoot],
  });
  return found(buildSourceMap(root, sopRoot), crew);
}

/** Reads and parses the file that was asked for; one that is not there is reported at its own path. */
export function readRoot(path: string, reader: IncludeReader): ReturnType<typeof parseSource>['root'] {
  const text = reader.readSource(path);
  reader.sources.set(path, text ?? '');
  if (text !== undefined) return parseSource(path, text, reader.report).root;
  const { file } = parseSource(path, '', () => {});
  const message = `The file \`${path}\` does not exist`;
  reader.report({ code: 'file-not-found', range: rangeOf(file, 0, 0), message });
  return undefined;
}
