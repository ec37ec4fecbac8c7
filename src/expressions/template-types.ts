import type { Value } from 'liquidjs';
import { factsOf } from './condition-facts.ts';
import { treeOfValue, treeWhenTrue } from './condition-tree.ts';
import { decideCondition } from './decide-condition.ts';
import { readValue } from './read-value.ts';
import { createTemplateEngine, parseExpression, soleExpression, templateExcess } from './template-engine.ts';
import { walkTemplates } from './template-walk.ts';
import { type Facts, joinFacts, NO_FACTS } from './type-facts.ts';
import { type Analysis, type Frame, MOST_TYPE_PROBLEMS } from './type-frame.ts';
import type { TypeProblem } from './type-problem.ts';
import { ANY, TEXT, type ValueType } from './value-type.ts';

/** What is known where a template stands: the types of the names it may read, and what earlier conditions have settled. */
export interface TypeScope {
  /** Undefined for a name that is not there, which is another check's matter. */
  readonly rootType: (name: string) => ValueType | undefined;
  readonly facts?: Facts;
}

/** What the types say of a template. */
export interface TemplateTypes {
  readonly problems: readonly TypeProblem[];
  /** What it gives: the value when it is one `{{ … }}`, else text. */
  readonly type: ValueType;
  /** Whether it is one `{{ … }}` and gives the value itself. */
  readonly native: boolean;
}

/** What the types say of a condition. */
export interface ConditionTypes {
  readonly problems: readonly TypeProblem[];
  /** What is settled once it held, and once it did not. */
  readonly whenTrue: Facts;
  readonly whenFalse: Facts;
  /** How it must end, by what earlier conditions have settled; undefined when it may end either way. */
  readonly outcome?: boolean;
}

const engine = createTemplateEngine({ strictFilters: false });

/**
 * Follows types through a template: paths by the schemas of what they read, `for`, `assign` and `capture`, filters,
 * conditions that settle what is there. Gives the reads that must or may fail, comparisons that never hold, and loops
 * over what is no list; what is not known is passed over in silence. Templates that do not parse give nothing. Pure.
 */
export function typeTemplate(source: string, scope: TypeScope): TemplateTypes {
  const unknown: TemplateTypes = { problems: [], type: ANY, native: false };
  if (templateExcess(source) !== undefined) return unknown;
  try {
    const templates = engine.parse(source);
    const frame = createFrame(scope);
    const sole = soleExpression(engine, source, templates);
    const output = templates.find(template => 'value' in template);
    if (sole !== undefined && output && 'value' in output) {
      const { type } = readValue(output.value as Value, frame, { lenient: false });
      return { problems: problemsOf(frame), type, native: true };
    }
    walkTemplates(templates, frame);
    return { problems: problemsOf(frame), type: TEXT, native: false };
  } catch {
    // What does not parse has been reported by `checkTemplate`.
    return unknown;
  }
}

/** The same for a bare condition, with what it settles. A condition that does not parse settles nothing. Pure. */
export function typeCondition(source: string, scope: TypeScope): ConditionTypes {
  const frame = createFrame(scope);
  try {
    const value = parseExpression(engine, source);
    readValue(value, frame, { lenient: false });
    const tree = treeOfValue(value);
    const holding = treeWhenTrue(value);
    const outcome = tree && decideCondition(tree, createFrame(scope));
    return {
      problems: problemsOf(frame),
      whenTrue: holding ? joinFacts(frame.facts, factsOf(holding, true, frame)) : frame.facts,
      whenFalse: tree ? joinFacts(frame.facts, factsOf(tree, false, frame)) : frame.facts,
      ...(outcome === undefined ? {} : { outcome }),
    };
  } catch {
    return { problems: [], whenTrue: scope.facts ?? NO_FACTS, whenFalse: scope.facts ?? NO_FACTS };
  }
}

function createFrame({ rootType, facts = NO_FACTS }: TypeScope): Frame {
  const analysis: Analysis = { problems: [], rootType, locals: 0 };
  return { analysis, locals: new Map(), facts };
}

function problemsOf({ analysis }: Frame): readonly TypeProblem[] {
  return [...analysis.problems].sort((a, b) => a.offset - b.offset).slice(0, MOST_TYPE_PROBLEMS);
}
