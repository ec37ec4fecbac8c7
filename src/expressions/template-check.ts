import { LiquidError, type Template, type Value } from 'liquidjs';
import { ownFilterProblem } from './own-filters.ts';
import { createTemplateEngine, parseExpression, templateExcess } from './template-engine.ts';
import { findGuardedNames } from './template-guards.ts';
import { type FilterRead, findTemplateHabits } from './template-habits.ts';
import { removedFilterHint, syntaxHint } from './template-hints.ts';
import { templateReads } from './template-paths.ts';

/** One mistake of a template. `offset` and `length` count UTF-16 units of the source that was checked. */
export interface TemplateProblem {
  readonly code: 'template-syntax' | 'template-unknown-filter' | 'template-jinja';
  readonly message: string;
  readonly hint?: string;
  /** Of an unknown filter: what it could be, for a suggestion. */
  readonly candidates?: readonly string[];
  readonly offset: number;
  readonly length: number;
}

/** A path that a template reads: `['collect', 'files', 0]`. It ends before the first part that is itself computed. */
export type TemplatePath = readonly (string | number)[];

/**
 * What a template reads, and what is wrong with it. `guarded` are the names, as `nameRead` gives them, that may be absent
 * in all their places.
 */
export interface TemplateCheck {
  readonly paths: readonly TemplatePath[];
  readonly guarded: readonly string[];
  readonly problems: readonly TemplateProblem[];
}

const engine = createTemplateEngine({ strictFilters: false });

const FILTERS: readonly string[] = Object.keys(engine.filters);

/**
 * Checks a template (`text`) or a bare condition (`condition`) without values: which paths it reads, each once and in
 * order, without the names that it sets itself (`for`, `assign`, `capture`), and what is wrong with it: syntax, unknown
 * filters, and Jinja spellings that Liquid would take in silence for something else. Never throws. Pure.
 */
export function checkTemplate(source: string, mode: 'text' | 'condition'): TemplateCheck {
  const excess = templateExcess(source);
  if (excess !== undefined) {
    const problem = { code: 'template-syntax', message: excess, offset: 0, length: 1 } as const;
    return { paths: [], guarded: [], problems: [problem] };
  }
  try {
    const templates = mode === 'text' ? engine.parse(source) : [conditionTemplate(source)];
    const habits = findTemplateHabits(source, mode, templates);
    const { paths, reads } = templateReads(templates);
    return {
      paths: paths.filter(path => habits.problems.length === 0 || !isForeignWord(path)),
      guarded: mode === 'text' ? findGuardedNames(templates, reads) : [],
      problems: [
        ...unknownFilters(habits.filters),
        ...wrongArguments(habits.filters),
        ...habits.problems,
      ].sort((a, b) => a.offset - b.offset),
    };
  } catch (error) {
    return { paths: [], guarded: [], problems: [syntaxProblem(source, mode, error)] };
  }
}

/** A condition dressed as a template, so that one walk serves both. */
function conditionTemplate(source: string): Template {
  const value: Value = parseExpression(engine, source);
  return {
    token: { begin: 0, end: source.length, input: source } as Template['token'],
    render: () => '',
    arguments: () => [value],
  };
}

/** Words of Jinja that Liquid takes for variables; the problem says so already. */
function isForeignWord(path: TemplatePath): boolean {
  const [root] = path;
  return (
    typeof root === 'string' &&
    ['if', 'else', 'in', 'is', 'defined', 'loop', 'None', 'True', 'False'].includes(root)
  );
}

function wrongArguments(filters: readonly FilterRead[]): readonly TemplateProblem[] {
  return filters.flatMap(({ name, offset, args }) => {
    const message = ownFilterProblem(name, args);
    return message === undefined ? [] : [{ code: 'template-syntax', message, offset, length: name.length }];
  });
}

function unknownFilters(filters: readonly FilterRead[]): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  for (const { name, offset } of filters) {
    if (Object.hasOwn(engine.filters, name)) continue;
    const message = `there is no filter \`${name}\``;
    const problem = { code: 'template-unknown-filter', message, offset, length: name.length } as const;
    const hint = removedFilterHint(name);
    problems.push(hint === undefined ? { ...problem, candidates: FILTERS } : { ...problem, hint });
  }
  return problems;
}

function syntaxProblem(source: string, mode: 'text' | 'condition', error: unknown): TemplateProblem {
  const { offset, length } = errorPlace(source, error);
  const message = errorMessage(error);
  const hint = syntaxHint(source, mode, { offset, length, message });
  const problem = { message, offset, length };
  if (hint === undefined) return { code: 'template-syntax', ...problem };
  return { code: hint.jinja ? 'template-jinja' : 'template-syntax', ...problem, hint: hint.text };
}

/** Where LiquidJS points, cut at the end of the line. */
function errorPlace(source: string, error: unknown): { offset: number; length: number } {
  if (!LiquidError.is(error)) return { offset: 0, length: source.length };
  const begin = Math.min(error.token.begin, source.length);
  const end = Math.min(error.token.end, source.length);
  const text = source.slice(begin, end).trimStart();
  const line = text.indexOf('\n');
  return {
    offset: text === '' ? begin : source.indexOf(text, begin),
    length: line === -1 ? text.length : line,
  };
}

function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof RangeError) return 'the template is nested too deeply';
  const original = 'originalError' in error ? error.originalError : undefined;
  if (original instanceof RangeError) return 'the template is nested too deeply';
  const text = (original instanceof Error ? original.message : error.message).split('\n')[0] ?? '';
  return text.replace(/, (?:file:.*, )?line:\d+, col:\d+$/, '');
}
