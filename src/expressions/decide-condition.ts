import { quietPath } from './condition-facts.ts';
import {
  absenceOf,
  type Comparison,
  type ConditionTree,
  constantOf,
  type PlainToken,
} from './condition-tree.ts';
import { type Constant, type Fact, type Limit, pathKey } from './type-facts.ts';
import type { Frame } from './type-frame.ts';
import { isUnclear, type NumberType, type ValueType } from './value-type.ts';

/** Says how a condition must end where the facts of a frame hold; undefined when it may end either way. Pure. */
export function decideCondition(tree: ConditionTree, frame: Frame): boolean | undefined {
  switch (tree.kind) {
    case 'value':
      return decideValue(tree.token, frame);
    case 'not': {
      const inner = decideCondition(tree.of, frame);
      return inner === undefined ? undefined : !inner;
    }
    case 'compare':
      return decideComparison(tree, frame);
    default: {
      const sides = [decideCondition(tree.left, frame), decideCondition(tree.right, frame)];
      const decisive = tree.kind === 'or';
      if (sides.includes(decisive)) return decisive;
      return sides.includes(undefined) ? undefined : !decisive;
    }
  }
}

function decideValue(token: PlainToken, frame: Frame): boolean | undefined {
  const constant = constantOf(token);
  if (constant !== undefined) return constant !== false;
  const reading = quietPath(token, frame);
  if (reading?.path === undefined) return undefined;
  const fact = frame.facts.get(pathKey(reading.path));
  if (fact?.falsy === true) return false;
  return fact?.present === true && fact.excluded?.includes(false) === true ? true : undefined;
}

function decideComparison({ operator, left, right }: Comparison, frame: Frame): boolean | undefined {
  if (left.kind !== 'value' || right.kind !== 'value') return undefined;
  const reading = quietPath(left.token, frame);
  const constant = constantOf(right.token);
  if (reading?.path === undefined) return undefined;
  const fact = frame.facts.get(pathKey(reading.path));
  if (absenceOf(right.token) === 'nil' && fact?.present === true)
    return operator === '!=' ? true : operator === '==' ? false : undefined;
  if (fact === undefined || constant === undefined) return undefined;
  if (operator === '==') return decideEqual(fact, reading.type, constant);
  if (operator === '!=') {
    const equal = decideEqual(fact, reading.type, constant);
    return equal === undefined ? undefined : !equal;
  }
  return typeof constant === 'number'
    ? decideOrder(operator, rangeOf(fact, reading.type), constant)
    : undefined;
}

function decideEqual(fact: Fact, type: ValueType, constant: Constant): boolean | undefined {
  if (fact.excluded?.includes(constant) === true || fact.values?.includes(constant) === false) return false;
  if (fact.values?.length === 1) return true;
  if (isUnclear(type)) return undefined;
  const possible = type.flatMap((one): readonly (Constant | undefined)[] =>
    'values' in one && one.values ? one.values : [undefined],
  );
  return possible.includes(constant) || possible.includes(undefined) ? undefined : false;
}

interface Range {
  readonly above?: Limit;
  readonly below?: Limit;
}

function rangeOf(fact: Fact, type: ValueType): Range {
  const numbers = type.filter((one): one is NumberType => one.kind === 'number');
  const [only] = numbers.length === type.length ? numbers : [];
  const above = fact.above ?? (only?.min === undefined ? undefined : { at: only.min, open: false });
  const below = fact.below ?? (only?.max === undefined ? undefined : { at: only.max, open: false });
  return { ...(above ? { above } : {}), ...(below ? { below } : {}) };
}

function decideOrder(operator: string, { above, below }: Range, constant: number): boolean | undefined {
  const strict = operator === '>' || operator === '<';
  if (operator.startsWith('>')) {
    if (below && (below.at < constant || (below.at === constant && (strict || below.open)))) return false;
    if (above && (above.at > constant || (above.at === constant && (!strict || above.open)))) return true;
    return undefined;
  }
  if (above && (above.at > constant || (above.at === constant && (strict || above.open)))) return false;
  if (below && (below.at < constant || (below.at === constant && (!strict || below.open)))) return true;
  return undefined;
}
