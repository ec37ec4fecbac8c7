import { loadOptional } from './load-optional.ts';
import type { RuleLanguage } from './rules/rule.ts';

type AstGrep = typeof import('@ast-grep/napi');
type SyntaxTree = ReturnType<AstGrep['parse']>;

/** Parses texts of the languages that are there. `python` is false when only its grammar is missing. */
export interface SyntaxParser {
  readonly python: boolean;
  /** The tree of a text, or undefined for a language that is not there. */
  parse(language: RuleLanguage, text: string): SyntaxTree | undefined;
}

let loaded: Promise<SyntaxParser | undefined> | undefined;

/** Loads ast-grep and the Python grammar once per process; undefined when ast-grep is not installed. */
export function loadSyntaxParser(): Promise<SyntaxParser | undefined> {
  loaded ??= createParser();
  return loaded;
}

async function createParser(): Promise<SyntaxParser | undefined> {
  const astGrep = await loadOptional(() => import('@ast-grep/napi'));
  if (astGrep === undefined) return undefined;
  const python = await registerPython(astGrep);
  const names = {
    typescript: astGrep.Lang.TypeScript,
    tsx: astGrep.Lang.Tsx,
    javascript: astGrep.Lang.JavaScript,
    python: 'python',
  } as const;
  return {
    python,
    parse: (language, text) =>
      language === 'python' && !python ? undefined : astGrep.parse(names[language], text),
  };
}

async function registerPython(astGrep: AstGrep): Promise<boolean> {
  const grammar = await loadOptional(async () => {
    const { default: python } = await import('@ast-grep/lang-python');
    // The path is a getter that fails when no prebuilt parser is there for this system; better here than later.
    return { ...python, libraryPath: python.libraryPath };
  });
  if (grammar === undefined) return false;
  try {
    astGrep.registerDynamicLanguage({ python: grammar });
    return true;
  } catch {
    // A prebuilt parser for another system; Python files are then left to the other reviewers.
    return false;
  }
}

/** How many places of a text its grammar cannot read. */
export function countSyntaxErrors(tree: SyntaxTree): number {
  const root = tree.root();
  const broken = root.findAll({ rule: { kind: 'ERROR' } }).length;
  // A token that the parser made up to go on has a kind of its own and no text.
  const invented = root
    .findAll({ rule: { regex: '^$' } })
    .filter(node => node.range().start.index === node.range().end.index && isToken(String(node.kind())));
  return broken + invented.length;
}

function isToken(kind: string): boolean {
  return /^\W+$/.test(kind) || kind === 'identifier' || kind === 'property_identifier';
}
