import type { JsonValue } from '../model/json.ts';
import { type PromptName, promptNameOf } from '../model/prompt-file.ts';
import { closest, suggest } from './closest.ts';
import { ownWord } from './foreign-words.ts';
import { listWords, quote, type Report } from './report.ts';
import { keysOfSchema } from './schema-keys.ts';
import { keyPlaceOf, type NodePath, nodeAt, placeOf, type SourceNode } from './source-node.ts';
import { TYPE_WORDS } from './type-words.ts';
import type { ValidationProblem } from './validate.ts';

/** Where the validated value stands: under `path` of `root`. */
export interface SchemaPlace {
  readonly root: SourceNode;
  readonly path: NodePath;
  readonly report: Report;
  /** The keys that are known at a path; those of crew and SOP files when left out. */
  readonly keysAt?: (path: NodePath, node: SourceNode | undefined) => readonly string[];
}

interface Problem extends ValidationProblem {
  readonly at: NodePath;
  readonly place: SchemaPlace;
}

/** Reports a validator's findings in the author's words, one for each cause. */
export function explainProblems(problems: readonly ValidationProblem[], place: SchemaPlace): void {
  const mistyped = new Set(problems.filter(one => one.keyword === 'type').map(one => one.instancePath));
  for (const problem of problems) {
    // What is inside a mistyped value, or about the parts of a refused name, follows from what is said already.
    if (problem.propertyName !== undefined) continue;
    if (problem.keyword !== 'type' && mistyped.has(problem.instancePath)) continue;
    const at = [...place.path, ...pointerSteps(problem.instancePath)];
    if (problem.keyword === 'required' && isMistyped(problem, problems)) continue;
    const explain = Object.hasOwn(EXPLAINERS, problem.keyword) ? EXPLAINERS[problem.keyword] : undefined;
    (explain ?? otherProblem)({ ...problem, at, place });
  }
}

/** A needed key under a mistyped name has been reported as an unknown one. */
function isMistyped(problem: ValidationProblem, problems: readonly ValidationProblem[]): boolean {
  const unknown = problems.filter(
    one => one.keyword === 'additionalProperties' && one.instancePath === problem.instancePath,
  );
  const keys = unknown.map(one => String(one.params.additionalProperty));
  const missing = String(problem.params.missingProperty);
  return keys.some(key => ownWord(key, [missing]) === missing || closest(missing, [key]) !== undefined);
}

/** Names what stands at a path: its key, or its place in the list that holds it. */
function nameAt(at: NodePath): string {
  const last = String(at.at(-1) ?? 'the file');
  return /^\d+$/.test(last) ? `Entry ${Number(last) + 1} of ${quote(String(at.at(-2)))}` : quote(last);
}

function pointerSteps(pointer: string): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const EXPLAINERS: Readonly<Record<string, (problem: Problem) => void>> = {
  additionalProperties: unknownKey,
  required: missingKey,
  dependentRequired: missingKey,
  type: wrongType,
  const: wrongVersion,
  enum: notInEnum,
  pattern: wrongForm,
  propertyNames: wrongName,
  minProperties: tooFew,
  minItems: tooFew,
  uniqueItems: repeated,
};

function unknownKey({ params, at, place }: Problem): void {
  const key = String(params.additionalProperty);
  const range = keyPlaceOf(place.root, [...at, key]);
  const known = (place.keysAt ?? keysOfSchema)(at, nodeAt(place.root, at));
  const message = `The key ${quote(key)} is not known here`;
  const torn = / \S+ /.test(key) ? 'put a text with a comma in quotes' : undefined;
  const deeper =
    key === 'inner' && at[2] === 'inner' ? 'one conversation stands inside another, no deeper' : undefined;
  const merge = key === '<<' ? 'merge keys are not read; write the keys out' : undefined;
  place.report({
    code: 'unknown-key',
    range,
    message,
    hint:
      merge ??
      torn ??
      deeper ??
      hereCalled(key, known) ??
      suggest(key, known) ??
      'keys of your own start with `x-`',
  });
}

function hereCalled(word: string, known: Iterable<string>): string | undefined {
  const own = ownWord(word, known);
  return own === undefined ? undefined : `here that is called ${quote(own)}`;
}

function missingKey({ params, at, place }: Problem): void {
  const key = String(params.missingProperty);
  const owner = at.length === 0 ? 'The file' : quote(at.filter(step => step !== 'phases').join('.'));
  const because = params.property === undefined ? '' : `, because it has ${quote(String(params.property))}`;
  const message = `${owner} needs the key ${quote(key)}${because}`;
  const range = keyPlaceOf(place.root, params.property === undefined ? at : [...at, String(params.property)]);
  place.report({ code: 'missing-key', range, message, hint: MISSING_HINTS.get(key) });
}

const MISSING_HINTS = new Map([
  ['version', 'start the file with `version: 1`'],
  ['next', 'say which phase follows, for example `next: done` with `done: { end: success }`'],
  ['max_visits', 'say how many visits are the limit'],
]);

function wrongType({ params, at, place }: Problem): void {
  const node = nodeAt(place.root, at);
  const types = Array.isArray(params.type) ? params.type.map(String) : String(params.type).split(',');
  const expected = types.map(type => TYPE_WORDS.get(type) ?? type).join(' or ');
  const message = `${nameAt(at)} must be ${expected}, but this is ${foundWords(node)}`;
  place.report({
    code: 'wrong-type',
    range: placeOf(place.root, at),
    message,
    hint: typeHint(at, types, node),
  });
}

const DURATIONS = new Set(['timeout', 'time', 'backoff']);

/** Names the type of a node for people. */
function foundWords(node: SourceNode | undefined): string {
  if (node === undefined || node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'empty';
  if (typeof node.value === 'string') return `the text ${quote(node.value.split('\n')[0] ?? '')}`;
  return typeof node.value === 'number' ? `the number ${node.value}` : `\`${node.value}\``;
}

function typeHint(at: NodePath, types: readonly string[], node: SourceNode | undefined): string | undefined {
  const number = node?.kind === 'scalar' && typeof node.value === 'number';
  if (number && DURATIONS.has(String(at.at(-1)))) return `write it with a unit, such as \`${node.value}s\``;
  if (types.length === 1 && types[0] === 'string' && node?.kind === 'map')
    return 'quote a text that starts with `{`';
  if (types.includes('string') && node?.kind === 'scalar' && node.value !== null) return 'put it in quotes';
  return undefined;
}

function wrongVersion({ at, place }: Problem): void {
  const message = `The version is ${foundWords(nodeAt(place.root, at))}; this program reads version 1`;
  place.report({
    code: 'unsupported-version',
    range: placeOf(place.root, at),
    message,
    hint: 'write `version: 1`',
  });
}

function notInEnum({ params, at, place }: Problem): void {
  const allowed = Array.isArray(params.allowedValues) ? params.allowedValues.map(String) : [];
  const node = nodeAt(place.root, at);
  const message = `${nameAt(at)} must be ${listWords(allowed)}, but this is ${foundWords(node)}`;
  const word = node?.kind === 'scalar' ? String(node.value) : '';
  const range = placeOf(place.root, at);
  const near = closest(word, allowed);
  const hint = hereCalled(word, allowed) ?? (near === undefined ? undefined : `did you mean ${quote(near)}?`);
  place.report({ code: 'invalid-value', range, message, hint });
}

/** What the patterns of the schemas stand for, in words. */
const PATTERN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^\^\[0-9\].*\(ms/, 'a span of time such as `30s`, `15m` or `500ms`'],
  [/^\^\[0-9\].*\[km\]/, 'a number of tokens such as `300k`, `1.5m` or `50000`'],
  [/^\\S$/, 'text that is not empty'],
  [/^\^\\S\+\$$/, 'text without spaces'],
  [/0-9a-f\]\{64\}/, '64 hexadecimal digits'],
  [/#@%/, 'a host without scheme, port and path, such as `example.org` or `*.example.org`'],

  [/^\^\(none\|static\|/, '`none`, `static`, `use`, `openai:NAME`, `ollama:NAME` or `llama:PATH`'],
  [/builtin/, '`builtin:` and a name, such as `builtin:git`'],
  [/js\|mjs\|ts/, 'the path of a `.js`, `.mjs` or `.ts` file'],
  [/auto\|.*\(:/, 'an alias of `models`, or `auto`, `offline` or `provider:name`'],
  [/auto\|/, '`auto`, `offline` or `provider:name`, such as `openai:gpt-5-mini`'],
  [/^\^\(shared\|/, '`shared`, `private` or a mapping from roles to lists of roles'],
  [/^\^\(all\|any/, '`all`, `any` or a whole number'],
  [/^\^all\$$/, '`all` or a whole number'],
  [/\\\.\[A-Za-z\].*\)\?\$$/, 'a toolset or one tool of it, such as `git` or `git.diff`'],
  [/\\\.\[A-Za-z\]/, 'a tool as `<toolset>.<tool>`, such as `git.diff`'],
  [/_-\]\*\$$/, 'a name of lower-case letters, digits, `_` and `-`'],
  [/_\]\*\$$/, 'a name of lower-case letters, digits and `_`'],
];

function wrongForm({ params, at, place }: Problem): void {
  const pattern = String(params.pattern);
  const words = PATTERN_WORDS.find(([test]) => test.test(pattern))?.[1] ?? `text like ${pattern}`;
  const found = foundWords(nodeAt(place.root, at));
  const message = `${nameAt(at)} must be ${words}, but this is ${found}`;
  place.report({ code: 'invalid-value', range: placeOf(place.root, at), message, hint: formHint(at, place) });
}

function formHint(at: NodePath, place: SchemaPlace): string | undefined {
  const node = nodeAt(place.root, at);
  const text = node?.kind === 'scalar' ? String(node.value) : '';
  const isModule = at[0] === 'tools' && at.length === 2 && /\.(js|mjs|ts)$/.test(text);
  const name =
    at.at(-1) === 'prompt'
      ? promptNameOf(`${text.replace(/\.prompt\.md$/, '').toLowerCase()}.prompt.md`)
      : undefined;
  if (name?.partial === false) return promptHint(name);
  return isModule ? 'a module is written `{ module: …, tools: { … } }`' : undefined;
}

function promptHint({ name, variant }: PromptName): string {
  return `write \`prompt: ${name}${variant === undefined ? '' : `, variant: ${variant}`}\``;
}

function wrongName({ params, at, place }: Problem): void {
  const name = String(params.propertyName);
  const message = `${quote(name)} is not a name: names are lower-case letters, digits and \`_\`, and start with a letter`;
  const better = asName(name);
  const hint = better === undefined ? undefined : `write ${quote(better)}`;
  place.report({ code: 'invalid-name', range: keyPlaceOf(place.root, [...at, name]), message, hint });
}

function asName(word: string): string | undefined {
  const name = word
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  return name === '' ? undefined : name;
}

function tooFew({ params, at, place }: Problem): void {
  const least = Number(params.limit);
  const must = least > 1 ? `must have at least ${least} entries` : 'must not be empty';
  const message = `${nameAt(at)} ${must}`;
  place.report({ code: 'invalid-value', range: keyPlaceOf(place.root, at), message });
}

function repeated({ params, at, place }: Problem): void {
  const item = nodeAt(place.root, [...at, Number(params.i)]);
  const word = item?.kind === 'scalar' ? quote(String(item.value)) : 'An item';
  const message = `${word} stands twice in ${nameAt(at)}`;
  place.report({ code: 'invalid-value', range: placeOf(place.root, [...at, Number(params.i)]), message });
}

function otherProblem({ at, place, message, params }: Problem): void {
  const words = LIMIT_WORDS.get(String(params.comparison));
  const limit: JsonValue | undefined = params.limit;
  const must =
    words && limit !== undefined ? `must be ${words} ${String(limit)}` : (message ?? 'is not valid');
  const found = foundWords(nodeAt(place.root, at));
  const text = `${nameAt(at)} ${must}, but this is ${found}`;
  place.report({ code: 'invalid-value', range: placeOf(place.root, at), message: text });
}

const LIMIT_WORDS = new Map([
  ['>=', 'at least'],
  ['<=', 'at most'],
  ['>', 'above'],
  ['<', 'below'],
]);
