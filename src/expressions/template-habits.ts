import { type Template, TypeGuards, toValueSync, Value } from 'liquidjs';
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
/** Bounded, so that a text of many openers stays cheap to search. */
const LONGEST_COMMENT = 2000;
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

function strayValue(token: PlainToken, tokens: readonly PlainToken[]): TemplateProblem {
  const words = tokens.filter(other => other.begin >= token.begin).map(textOf);
  const hint = strayHint(words);
  return {
    code: 'template-jinja',
    message: `\`${textOf(token)}\` is not an operator of Liquid; all after the first value is ignored`,
    hint,
    ...place(token),
  };
}

function strayHint(words: readonly string[]): string {
  const [first, second] = words;
  if (first === 'if') return 'Liquid writes `{% if x %}a{% else %}b{% endif %}`';
  if (first === 'in') return 'Liquid writes `xs contains x`';
  if (first === 'not' && second === 'in') return 'Liquid writes `not xs contains x`';
  if (first === 'is' && words.includes('defined')) {
    return 'Liquid writes `{% if x %}`, which an absent field does not fail';
  }
  if (first === '-') return 'Liquid subtracts with `| minus: x`';
  if (first === 'is') return 'Liquid compares with `==`, for example `x == nil` or `x == empty`';
  return 'join conditions with `and` or `or`, and text with `| append: x`';
}

function missingValue(token: PlainToken): TemplateProblem {
  const message = `\`${textOf(token)}\` lacks a value beside it`;
  return { code: 'template-syntax', message, ...place(token) };
}

function mixedAndOr(tokens: readonly PlainToken[]): TemplateProblem {
  const begin = Math.min(...tokens.map(token => token.begin));
  const end = Math.max(...tokens.map(token => token.end));
  return {
    code: 'template-jinja',
    message: '`and` is mixed with `or`, which Liquid reads from right to left without precedence',
    hint: 'use nested `{% if %}`, or one transition for each alternative',
    offset: begin,
    length: end - begin,
  };
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

function bracketProblem(token: PlainToken): TemplateProblem {
  const close = token.input.indexOf(']', token.begin);
  const end = close === -1 ? token.end : Math.max(close + 1, token.end);
  const text = token.input.slice(token.begin, end);
  const isList = text.startsWith('[');
  return {
    code: 'template-jinja',
    message: isList
      ? `\`${text}\`: Liquid has no list literals`
      : `\`${text}\`: Liquid has no slices; only the first index is read`,
    hint: isList ? 'Liquid writes `"a,b" | split: ","`' : 'Liquid writes `| slice: start, length`',
    offset: token.begin,
    length: end - token.begin,
  };
}

function loopProblem(token: PlainToken, field: string): TemplateProblem {
  const liquid = field.replace('revindex', 'rindex');
  return {
    code: 'template-jinja',
    message: `\`loop.${field}\` is not set by Liquid`,
    hint: `Liquid writes \`forloop.${liquid}\``,
    ...place(token),
  };
}

function constantProblem(token: PlainToken, liquid: string): TemplateProblem {
  return {
    code: 'template-jinja',
    message: `\`${textOf(token)}\` is a variable for Liquid`,
    hint: `Liquid writes \`${liquid}\``,
    ...place(token),
  };
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
  const ignored = unknown ?? rest;
  found.problems.push({
    code: unknown === 'if' || rest.startsWith('|') ? 'template-jinja' : 'template-syntax',
    message: `\`${ignored}\` after the list of \`for\` is ignored`,
    hint:
      unknown === 'if'
        ? 'put `{% if … %}` inside the loop'
        : 'only `limit:`, `offset:` and `reversed` may stand there; filter with `{% assign xs = … | … %}` before',
    ...place,
  });
}

/**
 * `{# … #}` stays in the text, and what is Liquid inside it still runs. It begins outside tags, outputs and `raw`, and may end
 * behind some.
 */
function jinjaComments(source: string, templates: readonly Template[]): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  let behind = 0;
  const visit = (template: Template): void => {
    if ('str' in template && template.token.input === source) {
      const { begin, end } = template.token;
      let at = source.indexOf('{#', Math.max(begin, behind));
      while (at !== -1 && at < end) {
        const length = commentLength(source, at);
        if (length > 0) problems.push(commentProblem(at, length));
        behind = at + Math.max(2, length);
        at = source.indexOf('{#', behind);
      }
    }
    for (const child of template.children ? toValueSync(template.children(false, true)) : []) visit(child);
  };
  for (const template of templates) visit(template);
  return problems;
}

function commentLength(source: string, at: number): number {
  const end = source.slice(at, at + LONGEST_COMMENT).indexOf('#}', 2);
  return end === -1 ? 0 : end + 2;
}

function commentProblem(offset: number, length: number): TemplateProblem {
  return {
    code: 'template-jinja',
    message: '`{# … #}` is not a comment in Liquid and stays in the text',
    hint: 'Liquid writes `{% comment %}…{% endcomment %}` or `{% # … %}`',
    offset,
    length,
  };
}

function isPlainToken(value: unknown): value is PlainToken {
  return (
    typeof value === 'object' && value !== null && 'begin' in value && 'end' in value && 'input' in value
  );
}

function textOf(token: PlainToken): string {
  return token.input.slice(token.begin, token.end);
}

function place(token: PlainToken): { readonly offset: number; readonly length: number } {
  return { offset: token.begin, length: token.end - token.begin };
}
