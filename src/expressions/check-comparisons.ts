import {
  absenceOf,
  type Comparison,
  type ConditionTree,
  constantOf,
  type PlainToken,
} from './condition-tree.ts';
import type { PathReading } from './read-path.ts';
import { type Frame, reportAt } from './type-frame.ts';
import { type Alternative, describeType, isUnclear, type ValueType, withoutNull } from './value-type.ts';

interface Operand {
  readonly type: ValueType;
  readonly reading?: PathReading;
}

type ReadOperand = (token: PlainToken) => Operand;

/** Notes comparisons that can only have one outcome: with a value that is not allowed there, or of another kind. */
export function checkComparisons(tree: ConditionTree, frame: Frame, read: ReadOperand): void {
  if (tree.kind === 'not') return checkComparisons(tree.of, frame, read);
  if (tree.kind === 'and' || tree.kind === 'or') {
    checkComparisons(tree.left, frame, read);
    return checkComparisons(tree.right, frame, read);
  }
  if (tree.kind === 'compare') checkComparison(tree, frame, read);
}

function checkComparison({ operator, left, right }: Comparison, frame: Frame, read: ReadOperand): void {
  if (left.kind !== 'value' || right.kind !== 'value') return;
  if (absenceOf(left.token) !== undefined || absenceOf(right.token) !== undefined) return;
  if (constantOf(left.token) !== undefined && constantOf(right.token) !== undefined) return;
  const place = constantOf(left.token) === undefined ? right.token : left.token;
  checkPair(
    { operator, left: declaredOf(read(left.token)), right: declaredOf(read(right.token)) },
    place,
    frame,
  );
}

/** Conditions around narrow a type; whether a comparison makes sense is a matter of what is declared. */
function declaredOf({ type, reading }: Operand): ValueType {
  return withoutNull(reading?.declared ?? type);
}

interface Pair {
  readonly operator: string;
  readonly left: ValueType;
  readonly right: ValueType;
}

/** Notes a comparison of two types that makes no sense, at `place`. */
export function checkPair({ operator, left, right }: Pair, place: PlainToken, frame: Frame): void {
  if (isUnclear(left) || isUnclear(right)) return;
  if (operator === 'contains') return checkContains(left, right, place, frame);
  if (operator !== '==' && operator !== '!=') return checkOrder(left, right, place, frame);
  const kinds = left.map(one => one.kind);
  if (!right.some(one => kinds.includes(one.kind))) {
    const message = `This compares ${describeType(left)} with ${describeType(right)}, which are never equal`;
    const hint = kindHint(left.concat(right), constantOf(place));
    return reportAt(frame, place, { code: 'incompatible-comparison', message, ...(hint ? { hint } : {}) });
  }
  checkValues(left, right, place, frame);
}

/** What to write instead of a text that was meant as another kind of value, or the other way round. */
function kindHint(types: ValueType, constant: unknown): string | undefined {
  const kinds = types.map(one => one.kind);
  if (typeof constant === 'number' && kinds.includes('array')) return 'compare its `size`';
  if (typeof constant === 'number' && kinds.includes('string')) return `write ${constant} in quotes`;
  if (typeof constant !== 'string') return undefined;
  if (kinds.includes('array')) return 'ask a list with `contains`';
  const bare = /^(?:true|false)$/.test(constant) ? 'boolean' : 'number';
  const isMeant = bare === 'boolean' || (constant.trim() !== '' && Number.isFinite(Number(constant)));
  return isMeant && kinds.includes(bare) ? `write ${constant} without quotes` : undefined;
}

function checkValues(left: ValueType, right: ValueType, place: PlainToken, frame: Frame): void {
  if (left.some(one => right.some(other => mayBeEqual(one, other)))) return;
  const constant = constantOf(place);
  const ofRight = right.length === 1 && valuesOf(right)?.length === 1 && valuesOf(right)?.[0] === constant;
  const allowed = (valuesOf(ofRight ? left : right) ?? []).map(String);
  const message =
    constant === undefined
      ? 'These two have no value in common, so they are never equal'
      : `${JSON.stringify(constant)} is none of the values that are possible here`;
  const word = constant === undefined ? {} : { word: String(constant), candidates: allowed };
  reportAt(frame, place, { code: 'impossible-value', message, ...word });
}

function mayBeEqual(left: Alternative, right: Alternative): boolean {
  if (left.kind !== right.kind) return false;
  if (left.kind === 'number' && right.kind === 'number') {
    return overlap(left.values, right.values) && inside(left.values, right) && inside(right.values, left);
  }
  if (left.kind === 'string' && right.kind === 'string') return overlap(left.values, right.values);
  if (left.kind === 'boolean' && right.kind === 'boolean') return overlap(left.values, right.values);
  return true;
}

function inside(
  values: readonly number[] | undefined,
  limits: { readonly min?: number; readonly max?: number },
): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
  return values === undefined || values.some(value => value >= min && value <= max);
}

function overlap<T>(left: readonly T[] | undefined, right: readonly T[] | undefined): boolean {
  return left === undefined || right === undefined || left.some(value => right.includes(value));
}

function valuesOf(type: ValueType): readonly (string | number | boolean)[] | undefined {
  const lists = type.map(one => ('values' in one ? one.values : undefined));
  return lists.every(list => list !== undefined) ? lists.flatMap(list => [...(list ?? [])]) : undefined;
}

function checkContains(left: ValueType, right: ValueType, place: PlainToken, frame: Frame): void {
  const holders = left.filter(one => one.kind === 'array' || one.kind === 'string');
  if (holders.length === 0) {
    const message = `\`contains\` looks into lists and texts, but this is ${describeType(left)}`;
    return reportAt(frame, place, { code: 'incompatible-comparison', message });
  }
  if (holders.length !== left.length || holders.some(one => one.kind !== 'array')) return;
  const items = holders.map(one => (one.kind === 'array' ? withoutNull(one.items()) : []));
  if (items.some(isUnclear)) return;
  checkPair({ operator: '==', left: items.flat(), right }, place, frame);
}

function checkOrder(left: ValueType, right: ValueType, place: PlainToken, frame: Frame): void {
  if (left.some(one => right.some(other => canBeOrdered(one, other)))) return;
  const message = `This compares ${describeType(left)} with ${describeType(right)}, which have no order`;
  reportAt(frame, place, { code: 'incompatible-comparison', message });
}

function canBeOrdered(left: Alternative, right: Alternative): boolean {
  if (left.kind === 'number' && right.kind === 'number') return true;
  if (left.kind === 'string' && right.kind === 'string') return true;
  return isNumeral(left, right) || isNumeral(right, left);
}

/** Liquid reads a numeral in quotes as a number. */
function isNumeral(text: Alternative, number: Alternative): boolean {
  if (text.kind !== 'string' || number.kind !== 'number') return false;
  return text.values?.some(value => value.trim() !== '' && Number.isFinite(Number(value))) === true;
}
