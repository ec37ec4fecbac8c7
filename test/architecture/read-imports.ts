import { type BlankedSource, lineAt } from './blank-source.ts';

/** One import of a module. `specifier` is undefined when it is not written as a plain string. */
export interface ModuleImport {
  readonly kind: 'static' | 'dynamic' | 'type';
  readonly specifier: string | undefined;
  readonly line: number;
}

const STATIC = /(?<![\w$.])(?:import|export)(?![\w$])(?:[\w$*{}\s,]*?(?<![\w$])from)?\s*(["'])/g;
const DYNAMIC = /(?<![\w$.])(typeof\s+)?import\s*\(\s*(["']?)/g;

/** Every import and re-export of a source, in no particular order. `typeof import(…)` counts as a type. */
export function readImports(source: BlankedSource): readonly ModuleImport[] {
  const { code, text } = source;
  const literal = (quoteAt: number): string =>
    text.slice(quoteAt + 1, code.indexOf(code[quoteAt] ?? '', quoteAt + 1));
  const found: ModuleImport[] = [];
  for (const match of code.matchAll(STATIC)) {
    const quoteAt = match.index + match[0].length - 1;
    found.push({ kind: 'static', specifier: literal(quoteAt), line: lineAt(text, match.index) });
  }
  for (const match of code.matchAll(DYNAMIC)) {
    const quoteAt = match.index + match[0].length - 1;
    found.push({
      kind: match[1] === undefined ? 'dynamic' : 'type',
      specifier: match[2] === '' ? undefined : literal(quoteAt),
      line: lineAt(text, match.index),
    });
  }
  return found;
}
