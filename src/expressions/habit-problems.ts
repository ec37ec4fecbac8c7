import type { TemplateProblem } from './template-check.ts';
import type { PlainToken } from './template-fallbacks.ts';

/** A value where an operator belongs: all behind it is ignored. Pure. */
export function strayValue(token: PlainToken, tokens: readonly PlainToken[]): TemplateProblem {
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

const HANDLEBARS_PARTIAL = /^>\s*([\w-]+)/;

/** An operator without a value on one of its sides. Pure. */
export function missingValue(token: PlainToken): TemplateProblem {
  const message = `\`${textOf(token)}\` lacks a value beside it`;
  const partial =
    /\{\{\s*$/.test(token.input.slice(0, token.begin)) && HANDLEBARS_PARTIAL.exec(textFrom(token));
  if (!partial) return { code: 'template-syntax', message, ...place(token) };
  const hint = `in a prompt file \`{% render "${partial[1]}" %}\` puts a partial in`;
  return { code: 'template-jinja', message, hint, ...place(token) };
}

/** Both in one expression, which Jinja and Liquid read in different ways. Pure. */
export function mixedAndOr(tokens: readonly PlainToken[]): TemplateProblem {
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

/** A list or a slice in brackets. Pure. */
export function bracketProblem(token: PlainToken): TemplateProblem {
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

/** What Jinja tells about a loop. Pure. */
export function loopProblem(token: PlainToken, field: string): TemplateProblem {
  const liquid = field.replace('revindex', 'rindex');
  return {
    code: 'template-jinja',
    message: `\`loop.${field}\` is not set by Liquid`,
    hint: `Liquid writes \`forloop.${liquid}\``,
    ...place(token),
  };
}

/** A constant of Python, with what Liquid calls it. Pure. */
export function constantProblem(token: PlainToken, liquid: string): TemplateProblem {
  return {
    code: 'template-jinja',
    message: `\`${textOf(token)}\` is a variable for Liquid`,
    hint: `Liquid writes \`${liquid}\``,
    ...place(token),
  };
}

/** What stands behind the list of a `for` and is ignored there. Pure. */
export function loopRestProblem(
  ignored: string,
  list: string,
): Pick<TemplateProblem, 'code' | 'message' | 'hint'> {
  const message = `\`${ignored}\` after the list of \`for\` is ignored`;
  if (ignored === 'if') return { code: 'template-jinja', message, hint: 'put `{% if … %}` inside the loop' };
  const isRange = list === 'range' && ignored.startsWith('(');
  if (isRange) {
    const hint = `Liquid writes \`{% for i in ${liquidRange(ignored)} %}\`, with both ends`;
    return { code: 'template-jinja', message, hint };
  }
  const hint =
    'only `limit:`, `offset:` and `reversed` may stand there; filter with `{% assign xs = … | … %}` before';
  return { code: ignored.startsWith('|') ? 'template-jinja' : 'template-syntax', message, hint };
}

/** `range(5)` goes from 0 to 4. */
function liquidRange(given: string): string {
  const [, first = '', last] = /^\(\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?\)/.exec(given) ?? [];
  if (first === '') return '(a..b)';
  return last === undefined ? `(0..${Number(first) - 1})` : `(${first}..${Number(last) - 1})`;
}

function textFrom(token: PlainToken): string {
  return token.input.slice(token.begin, token.begin + 80);
}

/** What a token is in its source. Pure. */
export function textOf(token: PlainToken): string {
  return token.input.slice(token.begin, token.end);
}

function place(token: PlainToken): { readonly offset: number; readonly length: number } {
  return { offset: token.begin, length: token.end - token.begin };
}
