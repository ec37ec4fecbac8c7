import { existsSync, readFileSync } from 'node:fs';
import type { Crew, SourceMap } from '../model/crew.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import { loadLanguage } from './wire.ts';

/** Beside `src/` and beside `dist/`. */
const PACKAGE = new URL('../../', import.meta.url);

/** A shipped crew, and what compiling it needs. */
interface ShippedCrew {
  readonly crew: Crew;
  readonly sourceMap: SourceMap;
  readonly catalog: ToolCatalog;
}

/** A crew that comes with the product, wherever the program is called; its path in runs is that in the package. */
export async function loadShippedCrew(name: string): Promise<ShippedCrew> {
  const { loadCrew, catalog } = await loadLanguage();
  const readSource = (path: string): string | undefined => {
    const file = new URL(path, PACKAGE);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const path = `crews/${name}.crew.yaml`;
  const { crew, sourceMap, diagnostics } = loadCrew({ path, readSource, catalog });
  if (crew === undefined) throw new Error(`the shipped ${path} has errors: ${JSON.stringify(diagnostics)}`);
  return { crew, sourceMap, catalog };
}
