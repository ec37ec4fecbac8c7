import { type OwnFilter, ownFilter } from './own-filters.ts';
import { describeType, isUnclear, type NumberType, type ValueType } from './value-type.ts';

/**
 * Why the argument of a filter of ours is certainly refused, by its type; undefined when it may pass, or nothing is known of it.
 * Pure.
 */
export function argumentProblem(
  name: string,
  type: ValueType,
): { readonly message: string; readonly hint?: string } | undefined {
  const filter = ownFilter(name);
  if (filter?.most === undefined || isUnclear(type)) return undefined;
  const numbers = type.filter(one => one.kind === 'number');
  if (numbers.length === 0) {
    const message = `\`${name}\` takes a number, but this is ${describeType(type)}`;
    return { message, hint: 'read a value whose schema says `type: integer`' };
  }
  if (numbers.some(one => mayPass(one, filter)) || numbers.length < type.length) return undefined;
  return { message: `\`${name}\` takes a whole number from 0 to ${filter.most}, which this never is` };
}

function mayPass({ values, min, max }: NumberType, { most = 0 }: OwnFilter): boolean {
  if (values !== undefined)
    return values.some(value => Number.isInteger(value) && value >= 0 && value <= most);
  return (min === undefined || min <= most) && (max === undefined || max >= 0);
}
