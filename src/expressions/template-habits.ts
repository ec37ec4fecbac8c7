import { type Template, TypeGuards, toValueSync, Value } from 'liquidjs';
import {
  bracketProblem,
  constantProblem,
  loopProblem,
  loopRestProblem,
  missingValue,
  mixedAndOr,
  strayValue,
  textOf,
} from './habit-problems.ts';
import { jinjaComments } from './jinja-comments.ts';
import type { FilterArgument } from './own-filters.ts';
import type { TemplateProblem } from './template-check.ts';
import { isBlankText } from './template-engine.ts';
import { fallbackProblem, type PlainToken } from './template-fallbacks.ts';

interface Found {
  readonly problems: TemplateProblem[];
  readonly filters: FilterRead[];
  /** How many `for` and `tablerow` bodies stand around. */
  loops: number;
  /** Whether an output is written into a text; one that stands alone may give a value of any type. */
  readonly isText: boolean;
}

/** Where an expression stands: in a text, where any value is wanted, or where it decides something. */
type Position = 'text' | 'value' | 'decision';

/** A filter as it is written: where its name stands, and what its arguments are. */
export interface FilterRead {
  readonly name: string;
  readonly offset: number;
  readonly args: readonly FilterArgument[];
}

const LOOP_FIELDS = new Set('index index0 first last length revindex revindex0 previtem nextitem'.split(' '));
/** Constants of Python; our names have no capital letters. */
const PYTHON_WORDS = new Map([
  ['None', 'nil'],
  ['True', 'true'],
  ['False', 'false'],
]);
const LOOP_MODIFIERS = new Set(['limit', 'offset', 'reversed', 'cols']);

/**
 * Finds what Liquid takes in silence for something else, mostly Jinja: a value after a value (`"a" if x`, `1 in xs`,
 * `z is defined`), `loop.index`, `None`, slices, list literals, `{# … #}`, `and` mixed with `or`, `a or "b"` for a
 * fallback, leftovers after `for`.
 * Also lists every filter with its offset. `templates` is `source` parsed. Pure.
 */
export function findTemplateHabits(
  source: string,
  mode: 'text' | 'condition',
  templates: readonly Template[],
): Pick<Found, 'problems' | 'filters'> {
  const [first, ...others] = templates.filter(template => !isBlankText(template));
  const isText = others.length > 0 || (first !== undefined && !isOutput(first));
  const found: Found = { problems: [], filters: [], loops: 0, isText };
  for (const template of templates) visitTemplate(template, found);
  if (mode === 'condition') return found;
  return { filters: found.filters, problems: [...found.problems, ...jinjaComments(source, templates)] };
}

function visitTemplate(template: Template, found: Found): void {
  const isLoop = 'collection' in template;
  if (isLoop) visitLoop(template, found);
  for (const argument of template.arguments?.() ?? []) {
    if (argument instanceof Value) {
      visitExpression(argument.initial.postfix, found, positionOf(template, found));
      for (const filter of argument.filters) visitFilter(filter, found);
    } else visitToken(argument, found);
  }
  if (template.children === undefined) return;
  if (isLoop) found.loops += 1;
  for (const child of toValueSync(template.children(false, true))) visitTemplate(child, found);
  if (isLoop) found.loops -= 1;
}

function isOutput(template: Template): boolean {
  return 'value' in template && !('name' in template);
}

function positionOf(template: Template, { isText }: Found): Position {
  if (isOutput(template)) return isText ? 'text' : 'value';
  const name = 'name' in template ? template.name : undefined;
  if (name === 'echo') return 'text';
  return name === 'assign' ? 'value' : 'decision';
}

function visitFilter(
  filter: { readonly name: string; readonly args: readonly unknown[] },
  found: Found,
): void {
  const token: unknown = 'token' in filter ? filter.token : filter;
  // The engine's own escape filter has an empty token.
  if (!isPlainToken(token) || token.input === '') return;
  const args = filter.args.map(one => {
    const value: unknown = Array.isArray(one) ? one[1] : one;
    if (!TypeGuards.isNumberToken(value)) return { isText: TypeGuards.isQuotedToken(value) };
    return { isText: false, number: value.content };
  });
  found.filters.push({ name: filter.name, offset: token.begin, args });
  for (const argument of filter.args) {
    const value: unknown = Array.isArray(argument) ? argument[1] : argument;
    if (isPlainToken(value)) visitToken(value, found);
  }
}

function visitToken(token: PlainToken, found: Found): void {
  if (TypeGuards.isRangeToken(token)) {
    visitToken(token.lhs, found);
    visitToken(token.rhs, found);
  } else if ('initial' in token && 'filters' in token) {
    visitExpression((token.initial as { postfix: readonly PlainToken[] }).postfix, found);
    for (const filter of token.filters as (PlainToken & { name: string; args: unknown[] })[]) {
      visitFilter(filter, found);
    }
  } else if (TypeGuards.isPropertyAccessToken(token)) visitProperties(token, found);
}

/** Reads an expression in the order in which it is written: values and operators must take turns. */
function visitExpression(
  postfix: readonly PlainToken[],
  found: Found,
  position: Position = 'decision',
): void {
  const tokens = [...postfix].sort((a, b) => a.begin - b.begin);
  const operators = new Set<string>();
  let expectsValue = true;
  for (const token of tokens) {
    if (!TypeGuards.isOperatorToken(token)) {
      visitToken(token, found);
      if (!expectsValue) return void found.problems.push(strayValue(token, tokens));
      expectsValue = false;
      continue;
    }
    operators.add(token.operator);
    if (token.operator === 'not') {
      if (!expectsValue) return void found.problems.push(strayValue(token, tokens));
      continue;
    }
    if (expectsValue) return void found.problems.push(missingValue(token));
    expectsValue = true;
  }
  const last = tokens.at(-1);
  if (last !== undefined && expectsValue) found.problems.push(missingValue(last));
  const isMixed = operators.has('and') && operators.has('or');
  if (isMixed) return void found.problems.push(mixedAndOr(tokens));
  const fallback = position === 'decision' ? undefined : fallbackProblem(tokens, position === 'text');
  if (fallback !== undefined) found.problems.push(fallback);
}

function visitProperties(
  token: PlainToken & { readonly variable?: unknown; readonly props: readonly PlainToken[] },
  found: Found,
): void {
  if (isPlainToken(token.variable)) visitToken(token.variable, found);
  for (const prop of token.props) {
    if (!isBracketed(prop, token)) continue;
    visitToken(prop, found);
    if (!/^\s*\]/.test(token.input.slice(prop.end))) return void found.problems.push(bracketProblem(token));
  }
  const [root, field] = token.props;
  if (token.variable !== undefined || root === undefined) return;
  const constant = field === undefined ? PYTHON_WORDS.get(textOf(root)) : undefined;
  if (constant !== undefined) return void found.problems.push(constantProblem(token, constant));
  if (token.input[token.begin] === '[' && !TypeGuards.isQuotedToken(root)) {
    found.problems.push(bracketProblem(token));
  } else if (found.loops > 0 && field && textOf(root) === 'loop' && LOOP_FIELDS.has(textOf(field))) {
    found.problems.push(loopProblem(token, textOf(field)));
  }
}

function isBracketed(prop: PlainToken, token: PlainToken): boolean {
  return prop.begin > token.begin && token.input.slice(token.begin, prop.begin).trimEnd().endsWith('[');
}

/** `for` reads what it knows and ignores the rest of its line: filters, `if`, unknown modifiers. */
function visitLoop(template: Template, found: Found): void {
  const { token } = template;
  const given = 'hash' in template ? template.hash : 'args' in template ? template.args : undefined;
  if (given === undefined || !('tokenizer' in token)) return;
  const { hash } = given as { readonly hash: Record<string, unknown> };
  const unknown = Object.keys(hash).find(name => !LOOP_MODIFIERS.has(name));
  // LiquidJS's own analysis fails on a modifier without a value, such as `reversed`; this parse is only for checking.
  for (const name of Object.keys(hash)) if (hash[name] === undefined) delete hash[name];
  const tokenizer = token.tokenizer as { readonly p: number; readonly N: number };
  const rest = token.input.slice(tokenizer.p, tokenizer.N).trim();
  if (unknown === undefined && rest === '') return;
  const place = { offset: token.begin, length: token.end - token.begin };
  const list = token.input.slice(token.begin, tokenizer.p).trim().split(/\s+/).at(-1) ?? '';
  found.problems.push({ ...loopRestProblem(unknown ?? rest, list), ...place });
}

function isPlainToken(value: unknown): value is PlainToken {
  return (
    typeof value === 'object' && value !== null && 'begin' in value && 'end' in value && 'input' in value
  );
}
