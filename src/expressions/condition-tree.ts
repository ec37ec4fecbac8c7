import { TypeGuards, type Value } from 'liquidjs';

/** LiquidJS's tokens as far as the analysis of types needs them; it does not export their classes. */
export interface PlainToken {
  readonly begin: number;
  readonly end: number;
  readonly input: string;
}

/** An expression as a tree; operands are tokens. */
export type ConditionTree =
  | { readonly kind: 'value'; readonly token: PlainToken }
  | { readonly kind: 'not'; readonly of: ConditionTree }
  | { readonly kind: 'and' | 'or'; readonly left: ConditionTree; readonly right: ConditionTree }
  | Comparison;

/** Two values and what stands between them. */
export interface Comparison {
  readonly kind: 'compare';
  readonly operator: string;
  readonly left: ConditionTree;
  readonly right: ConditionTree;
}

/** Builds the tree of an expression in the order in which Liquid evaluates it; undefined when it is not whole. Pure. */
export function conditionTree(postfix: readonly PlainToken[]): ConditionTree | undefined {
  const operands: ConditionTree[] = [];
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) {
      operands.push({ kind: 'value', token });
      continue;
    }
    const { operator } = token;
    const right = operands.pop();
    if (right === undefined) return undefined;
    if (operator === 'not') {
      operands.push({ kind: 'not', of: right });
      continue;
    }
    const left = operands.pop();
    if (left === undefined) return undefined;
    if (operator === 'and' || operator === 'or') operands.push({ kind: operator, left, right });
    else operands.push({ kind: 'compare', operator, left, right });
  }
  return operands.length === 1 ? operands[0] : undefined;
}

/** The tree of a parsed value without filters; undefined when filters change what it gives. Pure. */
export function treeOfValue(value: Value): ConditionTree | undefined {
  const tree = conditionTree(value.initial.postfix);
  return writtenFilters(value).length > 0 ? undefined : tree;
}

/** The tree of a value that, where it holds, is that of the whole: also with nothing behind it but `| default: false`. Pure. */
export function treeWhenTrue(value: Value): ConditionTree | undefined {
  const [filter, ...others] = writtenFilters(value);
  if (filter === undefined) return treeOfValue(value);
  const [argument] = filter.args;
  const isAbsence = filter.name === 'default' && argument !== undefined && !Array.isArray(argument);
  const falsy = isAbsence && (constantOf(argument) === false || absenceOf(argument) === 'nil');
  return falsy && others.length === 0 ? conditionTree(value.initial.postfix) : undefined;
}

/** The constant that a token writes: a text, a number or a boolean; undefined for anything else. Pure. */
export function constantOf(token: PlainToken): string | number | boolean | undefined {
  if (TypeGuards.isQuotedToken(token)) return token.content;
  if (TypeGuards.isNumberToken(token)) return token.content;
  if (!TypeGuards.isLiteralToken(token)) return undefined;
  return typeof token.content === 'boolean' ? token.content : undefined;
}

/** The word of a token that stands for what is not there: `nil`, `empty` or `blank`; undefined for anything else. Pure. */
export function absenceOf(token: PlainToken): 'nil' | 'empty' | 'blank' | undefined {
  if (!TypeGuards.isLiteralToken(token)) return undefined;
  if (token.literal === 'nil' || token.literal === 'null') return 'nil';
  return token.literal === 'empty' || token.literal === 'blank' ? token.literal : undefined;
}

/** A filter as the author wrote it. */
export interface WrittenFilter {
  readonly name: string;
  readonly args: Value['filters'][number]['args'];
  readonly begin: number;
}

/** The filters of a value without those that the engine adds itself. Pure. */
export function writtenFilters(value: Value): readonly WrittenFilter[] {
  return value.filters.flatMap(filter => {
    const token: unknown = Reflect.get(filter, 'token');
    const isWritten = typeof token === 'object' && token !== null && 'begin' in token && 'input' in token;
    if (!isWritten || token.input === '' || typeof token.begin !== 'number') return [];
    return [{ name: filter.name, args: filter.args, begin: token.begin }];
  });
}
