import type { RuleLanguage } from './rules/rule.ts';

const LANGUAGES: ReadonlyMap<string, RuleLanguage> = new Map([
  ['ts', 'typescript'],
  ['mts', 'typescript'],
  ['cts', 'typescript'],
  ['tsx', 'tsx'],
  ['js', 'javascript'],
  ['jsx', 'javascript'],
  ['mjs', 'javascript'],
  ['cjs', 'javascript'],
  ['py', 'python'],
  ['pyi', 'python'],
]);

const LINTED = /\.(ts|mts|cts|tsx|js|jsx|mjs|cjs|vue|svelte|astro)$/;
const DECLARATIONS = /\.d\.[mc]?ts$/;
const SOURCE =
  /\.(ts|mts|cts|tsx|js|jsx|mjs|cjs|py|vue|svelte|astro|go|rs|java|kt|rb|php|cs|c|cc|cpp|h|hpp|swift|scala|ex|exs|lua|dart)$/;

const GENERATED_PATH =
  /(^|\/)(node_modules|vendor|vendored|third_party|dist|build|out|coverage|__snapshots__|__fixtures__|fixtures?|testdata|\.yarn|\.next|site-packages)\/|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|poetry\.lock|uv\.lock|pipfile\.lock|cargo\.lock|go\.sum|composer\.lock|gemfile\.lock)$|\.min\.(js|css|mjs)$|\.(generated|gen|pb)\.\w+$|_pb2\.pyi?$|\.(snap|map|lock)$/i;
const TEST_PATH =
  /(^|\/)(tests?|__tests__|__mocks__|specs?|e2e|testing|fixtures|testdata|cypress|playwright|bench|benchmarks?)\/|[._-](test|tests|spec|e2e|bench|stories)\.\w+$|(^|\/)(test_[^/]*|conftest)\.py$|_test\.(py|go)$/i;
const DATA_PATH = /(^|\/)(locales?|i18n|translations?|bench|benchmarks?|examples?|demos?|docs?)\//i;
const EXAMPLE_PATH =
  /(^|\/)(examples?|samples?|demos?|docs?|fixtures?|testdata)\/|\.(example|sample|template|dist)$|\.(md|mdx|rst|adoc)$/i;

/** The grammar that our own rules read a path with, if there is one. Pure. */
export function languageOf(path: string): RuleLanguage | undefined {
  return LANGUAGES.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

/** Whether JavaScript linters look at a path; type declarations are left out. Pure. */
export function isLintable(path: string): boolean {
  return LINTED.test(path) && !DECLARATIONS.test(path);
}

/** Whether a path is source code that should have tests: no test, translation, example or generated file. Pure. */
export function isSourceFile(path: string): boolean {
  if (DATA_PATH.test(path)) return false;
  return SOURCE.test(path) && !DECLARATIONS.test(path) && !isTestFile(path) && !isGeneratedPath(path);
}

/** Whether a path holds tests or what only tests use. Pure. */
export function isTestFile(path: string): boolean {
  return TEST_PATH.test(path);
}

/** Whether a path holds tests that run: no settings, workflows, data or documents, whatever their names say. Pure. */
export function isTestSource(path: string): boolean {
  return isTestFile(path) && (SOURCE.test(path) || /\.(bats|feature|robot|sh)$/i.test(path));
}

/** Whether a path shows something to readers rather than runs: examples, samples, templates, documents. Pure. */
export function isExampleFile(path: string): boolean {
  return EXAMPLE_PATH.test(path);
}

/** Whether reviewers pass over this path: lock files, minified, vendored and built files, fixtures of tests. Pure. */
export function isGeneratedPath(path: string): boolean {
  return GENERATED_PATH.test(path);
}

/**
 * Whether reviewers pass over a text whatever its path says: it calls itself generated, is packed into very long lines,
 * is the target of a symbolic link, or is XML, such as the translations of Qt in `.ts`. Pure.
 */
export function looksGenerated(text: string): boolean {
  const head = text.slice(0, 600);
  if (/^[\w.@-]*\/?[\w./@-]+$/.test(text) && /[./]/.test(text)) return true;
  if (/^\s*<(\?xml|!DOCTYPE TS)\b/.test(head)) return true;
  if (/@generated\b|\bDO NOT EDIT\b|\bautomatically generated\b|\bauto-generated\b/i.test(head)) return true;
  const lines = countLines(text);
  return text.length > 20_000 && text.length / lines > 400;
}

/** The number of lines of a text as an editor counts them; a last line break opens no line. Pure. */
export function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
