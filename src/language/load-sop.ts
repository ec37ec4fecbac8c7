import type { Sop, SourceMap } from '../model/crew.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { attachCrews, inputNames } from './assemble.ts';
import { applyIgnores } from './ignores.ts';
import type { IncludeReader } from './includes.ts';
import type { LoadOptions } from './load-crew.ts';
import { lowerCrew } from './lower.ts';
import { lowerSopNode } from './lower-sop-node.ts';
import { readRoot } from './read-root.ts';
import { createReport, sortDiagnostics } from './report.ts';
import { resolvePrompts } from './resolve-prompts.ts';
import { checkRules } from './rules.ts';
import { validateShape } from './schema.ts';
import { buildSourceMap, createPlaces } from './source-map.ts';
import { refuseWrongKind } from './wrong-kind.ts';

/** An SOP file as it was read, with all that is wrong with it. */
export interface LoadedSop {
  /** Present exactly when no diagnostic is an error. */
  readonly sop?: Sop;
  readonly sourceMap: SourceMap;
  readonly diagnostics: readonly Diagnostic[];
  /** The text of every file that was read, by path. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads a SOP file alone, as `loadCrew` reads a crew. Its roles are placeholders; which toolsets and inputs a crew will
 * bring is not known, so uses of them are not checked. Never throws for any text. Deterministic.
 */
export function loadSop(options: LoadOptions): LoadedSop {
  const { path, readSource, listFolder, catalog } = options;
  const sources = new Map<string, string>();
  const { report, diagnostics, failed } = createReport();
  const reader: IncludeReader = { readSource, sources, report, ...(listFolder ? { listFolder } : {}) };
  const found = (sourceMap: SourceMap, sop?: Sop): LoadedSop => {
    const left = applyIgnores(diagnostics, sources);
    const sorted = sortDiagnostics(left, [...sources.keys()]);
    const complete = sop !== undefined && !left.some(row => row.severity === 'error');
    return { ...(complete ? { sop } : {}), sourceMap, diagnostics: sorted, sources };
  };
  const written = readRoot(path, reader);
  if (!written || refuseWrongKind('sop', written, report)) return found({});
  validateShape('sop', written, report);
  const prompts = resolvePrompts(written, inputNames(written), reader);
  const { root } = prompts;
  const places = createPlaces(root, root);
  const lowered = lowerCrew({}, lowerSopNode(root, places, reader));
  const assembly = { reader, catalog, failed, stack: [path], count: { crews: 0 }, toolsets: [] };
  const crew = attachCrews(
    lowered,
    { file: 'sop', crew: lowered, places, crewRoot: root, sopRoot: root },
    assembly,
  );
  checkRules({ file: 'sop', crew, places, catalog, report, failed, roots: [root], prompts: [prompts] });
  return found(buildSourceMap(root, root), crew.sop);
}
