import type { SgNode } from '@ast-grep/napi';
import { scopesAround, valueOfName } from './name-value.ts';
import type { Matcher } from './rule.ts';

/**
 * Accepts a call whose first argument fits `wanted`, or is a name that stands for a value that does. A value that was
 * written with a word of `cleaned` does not count. Pure.
 */
export function firstArgumentMeans(wanted: Matcher, cleaned: RegExp): (call: SgNode) => boolean {
  return call => {
    const first = call.field('arguments')?.namedChildren()[0];
    const value = first === undefined ? undefined : (valueOfName(first) ?? first);
    return value?.matches({ rule: wanted }) === true && !cleaned.test(value.text());
  };
}

/**
 * Accepts a call that has `wanted` in its arguments, or a name that stands for a value that holds it; then no check of
 * the name, as `checked` tells it from the code around, may be there. Pure.
 */
export function argumentComesFrom(wanted: Matcher, checked: RegExp): (call: SgNode) => boolean {
  const holds = (node: SgNode) => node.matches({ rule: wanted }) || node.find({ rule: wanted }) !== null;
  return call => {
    const args = call.field('arguments');
    if (args === null || holds(args)) return args !== null;
    const around = scopesAround(call)[0];
    if (around === undefined || checked.test(around.text())) return false;
    return args.findAll({ rule: { kind: 'identifier' } }).some(name => {
      const value = valueOfName(name);
      const isTested = new RegExp(`\\b${name.text()}\\s+(not\\s+)?in\\b`).test(around.text());
      return value !== undefined && !isTested && holds(value);
    });
  };
}
