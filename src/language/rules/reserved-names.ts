import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { isInnerTalk, listWorks, type PlacedWork } from '../works.ts';

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

/** No phase, branch, item or step takes a name that templates have for something else. */
export function checkReservedNames(context: RuleContext): void {
  const { crew, places, report } = context;
  const works = listWorks(crew);
  for (const local of works.flatMap(localNames)) checkLocal(context, local);
  for (const placed of works.filter(isInnerTalk)) checkInner(context, placed);
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

/** Its events begin with the phase and its name, as those of a move do with the phase and `to`. */
function checkInner({ places, report }: RuleContext, { work: { name }, path }: PlacedWork): void {
  if (name !== 'to') return;
  const message = `${quote(name)} cannot be the name of a conversation: it stands in the events of moves`;
  const hint = 'write for example `to_panel`';
  report({ code: 'reserved-name', range: places.keyOf(path), message, hint });
}

interface Local {
  readonly name: string;
  readonly path: NodePath;
}

/** The names that authors give to what only some templates see. */
function localNames({ work, path }: PlacedWork): readonly Local[] {
  if (work.kind === 'each') return [{ name: work.as, path: [...path, 'each', 'as'] }];
  if (work.kind !== 'chain') return [];
  return work.steps.map(({ name }, index) => ({ name, path: [...path, 'chain', index, 'name'] }));
}

function checkLocal({ graph, places, report }: RuleContext, { name, path }: Local): void {
  const reason = name === 'index' ? 'it is the place of an item' : RESERVED.get(name);
  const range = places.at(path);
  if (reason !== undefined) {
    const message = `${quote(name)} cannot be a name here: ${reason}`;
    report({ code: 'reserved-name', range, message, hint: `write for example ${quote(`${name}_item`)}` });
  } else if (graph.phases.has(name)) {
    const message = `${quote(name)} would hide the artifact of the phase ${quote(name)}`;
    report({ code: 'shadowed-name', range, message, hint: 'give it another name' });
  }
}
