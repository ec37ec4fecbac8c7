import type { AskWork, BranchWork, InputDeclaration, Phase, PhaseWork } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { MAX_ANSWER_LENGTH, MAX_TOOL_RESULT_LENGTH } from '../model/limits.ts';
import { withAssigned } from './assigned-sizes.ts';

/** A UTF-16 unit of JSON text takes at most so many bytes of UTF-8. */
export const BYTES_PER_UNIT = 3;
/** The most bytes of the JSON of an answer in text. */
export const MOST_ANSWER_BYTES = MAX_ANSWER_LENGTH * BYTES_PER_UNIT;
/** JSON text that stands inside a JSON string: quotes and backslashes are written with a backslash before them. */
export const NESTED_BYTES = 2;
/** Deterministic repairs may put quotes around what an answer left bare. */
const REPAIRED = 2;
/** The most bytes of the JSON of a typed answer. */
export const MOST_TYPED_BYTES = MOST_ANSWER_BYTES * REPAIRED;

/** The most bytes that the JSON of each value that templates read can take, by its first name. */
export type Sizes = ReadonlyMap<string, number>;

/** The UTF-8 bytes of a value's JSON. Pure. */
function jsonBytes(value: JsonValue): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Bounds every value that templates of a procedure may read; Infinity where nothing is known. Pure. */
export function boundSizes(options: {
  readonly phases: readonly Phase[];
  readonly declared: readonly InputDeclaration[];
  readonly inputs?: JsonObject;
  /** Values for the inputs of the procedure, as templates over `inputs`. */
  readonly bindings?: JsonObject;
  /** An input is said again before the rest begins, at any length. */
  readonly rewritten?: boolean;
  /** Counts artifacts as empty, because nobody knows them before the run. */
  readonly knownOnly?: boolean;
}): Sizes {
  const { phases, declared, inputs, bindings = {}, rewritten = false, knownOnly = false } = options;
  const sizes = new Map<string, number>([['visit', 20]]);
  sizes.set('inputs', inputs === undefined ? declaredBytes(declared) : jsonBytes(inputs));
  sizes.set('inputs', (sizes.get('inputs') ?? 0) + boundBytes(bindings, sizes));
  if (rewritten && !knownOnly) sizes.set('inputs', Number.POSITIVE_INFINITY);
  for (const phase of phases) {
    if (phase.kind !== 'end') sizes.set(phase.name, knownOnly ? 0 : artifactBytes(phase));
  }
  return sizes;
}

/**
 * The most bytes that a template's text adds to a request, or Infinity. What only shortens or only writes a value can be
 * bounded; loops, and filters that may lengthen a text, cannot. Pure.
 */
export function templateBytes(source: string, sizes: Sizes): number {
  const static_ = jsonBytes(source);
  const tags = [...source.matchAll(/\{%-?\s*(\w+)/g)].map(([, tag = '']) => tag);
  if (tags.some(tag => !CHOOSING_TAGS.has(tag))) return Number.POSITIVE_INFINITY;
  const outputs = [...source.matchAll(/\{\{-?(.*?)-?\}\}/gs)].map(([, inner = '']) => inner);
  const known = withAssigned(source, sizes, outputBytes);
  return outputs.reduce((sum, inner) => sum + outputBytes(inner, known), static_);
}

const CHOOSING_TAGS = new Set([
  'if',
  'elsif',
  'else',
  'endif',
  'unless',
  'endunless',
  'comment',
  'endcomment',
  'assign',
  'capture',
  'endcapture',
]);
const SHORTENING_FILTERS = new Set(
  'json slice first last size strip lstrip rstrip sort uniq reverse compact map where truncate truncate_tokens default'.split(
    ' ',
  ),
);

function outputBytes(inner: string, sizes: Sizes): number {
  const [, root] = /^\s*([A-Za-z_]\w*)/.exec(inner) ?? [];
  const filters = [...inner.matchAll(/\|\s*(\w+)(\s*:)?/g)];
  const lengthens = filters.some(
    ([, name = '', given]) => !SHORTENING_FILTERS.has(name) || (name === 'json' && given !== undefined),
  );
  // Names inside filters' arguments, such as `default: other`, may be what is written.
  const names = new Set([...inner.matchAll(/[A-Za-z_]\w*/g)].map(([name]) => name));
  if (lengthens || names.has('run')) return Number.POSITIVE_INFINITY;
  const largest = Math.max(
    root === undefined ? 0 : (sizes.get(root) ?? Number.POSITIVE_INFINITY),
    ...known(names, sizes),
  );
  return largest * NESTED_BYTES + jsonBytes(inner);
}

function known(names: ReadonlySet<string>, sizes: Sizes): number[] {
  return [...names].flatMap(name => sizes.get(name) ?? []);
}

/** The most bytes of the artifact of one piece of work. */
function artifactBytes(work: PhaseWork): number {
  switch (work.kind) {
    case 'tool':
      return MAX_TOOL_RESULT_LENGTH * BYTES_PER_UNIT;
    case 'role':
    case 'talk':
    case 'manage':
    case 'chain':
      return answerBytes(work);
    case 'ask':
      return work.summarizer === undefined && work.vote === undefined
        ? answersBytes(work)
        : answerBytes(work);
    case 'parallel':
      return work.branches.reduce((sum, branch) => sum + namedBytes(branch), 2);
    case 'each':
      return work.max * (artifactBytes(work.work) + 1) + 2;
    case 'human':
    case 'crew':
      return Number.POSITIVE_INFINITY;
  }
}

/** The most bytes of a value with templates inside. */
function boundBytes(value: JsonValue, sizes: Sizes): number {
  if (typeof value === 'string') return templateBytes(value, sizes);
  if (value === null || typeof value !== 'object') return jsonBytes(value);
  const items: readonly JsonValue[] = Object.values(value);
  return items.reduce<number>((sum, item) => sum + boundBytes(item, sizes), jsonBytes(value));
}

/** The most bytes of the list of what several models said; what is told of a failure is shorter than an answer. Pure. */
export function answersBytes(work: AskWork): number {
  return work.models.reduce((sum, model) => sum + jsonBytes({ model, answer: '' }) + answerBytes(work), 2);
}

function answerBytes(work: PhaseWork): number {
  return MOST_ANSWER_BYTES * (work.output === undefined ? 1 : REPAIRED);
}

function namedBytes(branch: BranchWork): number {
  return jsonBytes(branch.name) + 2 + artifactBytes(branch);
}

function declaredBytes(declared: readonly InputDeclaration[]): number {
  if (declared.some(input => input.required)) return Number.POSITIVE_INFINITY;
  return jsonBytes(Object.fromEntries(declared.map(input => [input.name, input.default ?? null])));
}
