import { TypeGuards } from 'liquidjs';
import type { TemplateProblem } from './template-check.ts';

/** LiquidJS's tokens as far as the checks need them; it does not export their types by name. */
export interface PlainToken {
  readonly begin: number;
  readonly end: number;
  readonly input: string;
}

/**
 * What is wrong with `and` and `or` where a value is written: Jinja gives one of the operands, Liquid gives true or false.
 * `tokens` are those of one expression in the order of the text. Nothing is wrong where all operands are conditions, which is
 * the same in both. `isText` says that the value is written into a text; elsewhere two variables may well be true or false,
 * so that only an operand that is a written text or number counts. Pure.
 */
export function fallbackProblem(tokens: readonly PlainToken[], isText: boolean): TemplateProblem | undefined {
  const at = tokens.findIndex(isJoin);
  const operator = tokens[at];
  if (operator === undefined || !TypeGuards.isOperatorToken(operator)) return undefined;
  const operands = operandsOf(tokens).flatMap(operand => (operand.length === 1 ? operand : []));
  const isHabit = isText ? operands.length > 0 : operands.some(isWritten);
  const [begin, end] = [tokens[0]?.begin ?? 0, tokens.at(-1)?.end ?? 0];
  if (!isHabit) return undefined;
  const behind = textsOf(tokens.slice(at + 1));
  return {
    code: 'template-jinja',
    message: `\`${operator.operator}\` gives true or false in Liquid, never one of its values`,
    hint:
      operator.operator === 'or'
        ? `a fallback is written \`| default: ${behind}\``
        : `Liquid writes \`{% if ${textsOf(tokens.slice(0, at))} %}{{ ${behind} }}{% endif %}\``,
    offset: begin,
    length: end - begin,
  };
}

function isJoin(token: PlainToken): boolean {
  return TypeGuards.isOperatorToken(token) && (token.operator === 'and' || token.operator === 'or');
}

function operandsOf(tokens: readonly PlainToken[]): readonly (readonly PlainToken[])[] {
  const operands: PlainToken[][] = [[]];
  for (const token of tokens) {
    if (isJoin(token)) operands.push([]);
    else operands.at(-1)?.push(token);
  }
  return operands;
}

function isWritten(token: PlainToken): boolean {
  return TypeGuards.isQuotedToken(token) || TypeGuards.isNumberToken(token);
}

function textsOf(tokens: readonly PlainToken[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first === undefined || last === undefined ? 'x' : first.input.slice(first.begin, last.end);
}
