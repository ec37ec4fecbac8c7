import { type Template, toValueSync } from 'liquidjs';
import { createTemplateEngine, soleExpression, templateExcess } from './template-engine.ts';
import { templateReads } from './template-paths.ts';

/** The names that a template reads from around it, and those that it sets itself (`assign`, `capture`, `for`). */
export interface TemplateNames {
  readonly reads: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
}

const NONE: TemplateNames = { reads: new Set(), sets: new Set() };
const engine = createTemplateEngine({ strictFilters: false });

/** Lists the names of a template; none of one that does not parse, which `checkTemplate` says. Pure. */
export function templateNames(source: string): TemplateNames {
  if (templateExcess(source) !== undefined) return NONE;
  try {
    const templates = engine.parse(source);
    const sets = new Set<string>();
    for (const template of templates) collectSets(template, sets);
    return { reads: new Set(templateReads(templates).paths.map(path => String(path[0]))), sets };
  } catch {
    return NONE;
  }
}

function collectSets(template: Template, sets: Set<string>): void {
  for (const name of [...(template.localScope?.() ?? []), ...(template.blockScope?.() ?? [])])
    sets.add(typeof name === 'string' ? name : name.content);
  if (template.children === undefined) return;
  for (const child of toValueSync(template.children(false, true))) collectSets(child, sets);
}

/**
 * Where the expression of a template stands that is exactly one `{{ … }}`, without the delimiters and the blanks beside them;
 * undefined for any other template. Pure.
 */
export function soleExpressionPlace(
  source: string,
): { readonly offset: number; readonly length: number } | undefined {
  if (templateExcess(source) !== undefined) return undefined;
  try {
    if (soleExpression(engine, source, engine.parse(source)) === undefined) return undefined;
  } catch {
    return undefined;
  }
  const [, before = '', inside = ''] = /^(\s*\{\{-?\s*)([\s\S]*?)\s*-?\}\}\s*$/.exec(source) ?? [];
  return { offset: before.length, length: inside.length };
}
