import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';

const SCOPES = ['inputs', 'run', 'visit', 'previous_response'];
const LIQUID_WORDS = [
  'true',
  'false',
  'nil',
  'null',
  'empty',
  'blank',
  'and',
  'or',
  'not',
  'contains',
  'forloop',
];
const RESERVED = new Map([
  ...SCOPES.map(name => [name, 'templates read something else under it'] as const),
  ...LIQUID_WORDS.map(name => [name, 'it is a word of Liquid'] as const),
  ['constructor', 'JavaScript has something else under it'] as const,
]);

/** No phase or branch takes a name that templates have for something else. */
export function checkReservedNames({ crew, places, report }: RuleContext): void {
  const check = (name: string, path: NodePath): void => {
    const reason = RESERVED.get(name);
    if (reason === undefined) return;
    const message = `${quote(name)} cannot be the name of a phase or branch: ${reason}`;
    report({
      code: 'reserved-name',
      range: places.keyOf(path),
      message,
      hint: `write for example ${quote(`${name}_phase`)}`,
    });
  };
  for (const phase of crew.sop.phases) {
    check(phase.name, ['phases', phase.name]);
    if (phase.kind !== 'parallel') continue;
    for (const { name } of phase.branches) check(name, ['phases', phase.name, 'parallel', name]);
  }
}
