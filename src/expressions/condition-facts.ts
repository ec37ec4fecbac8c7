import { TypeGuards } from 'liquidjs';
import {
  absenceOf,
  type Comparison,
  type ConditionTree,
  constantOf,
  type PlainToken,
} from './condition-tree.ts';
import { type PathReading, type PathToken, readPath } from './read-path.ts';
import {
  type Constant,
  commonFacts,
  type Fact,
  type Facts,
  joinFacts,
  NO_FACTS,
  pathKey,
} from './type-facts.ts';
import type { Frame } from './type-frame.ts';

type Path = readonly (string | number)[];

const TURNED: ReadonlyMap<string, string> = new Map([
  ['<', '>'],
  ['>', '<'],
  ['<=', '>='],
  ['>=', '<='],
]);
const OPPOSITE: ReadonlyMap<string, string> = new Map([
  ['==', '!='],
  ['!=', '=='],
  ['<', '>='],
  ['>', '<='],
  ['<=', '>'],
  ['>=', '<'],
]);

/** What is settled where a condition holds, or where it does not. Never more than is certain. Pure. */
export function factsOf(tree: ConditionTree, truth: boolean, frame: Frame): Facts {
  switch (tree.kind) {
    case 'value':
      return truthFacts(tree.token, truth, frame);
    case 'not':
      return factsOf(tree.of, !truth, frame);
    case 'compare':
      return comparisonFacts(tree, truth, frame);
    default: {
      const sides = [factsOf(tree.left, truth, frame), factsOf(tree.right, truth, frame)];
      return (tree.kind === 'and') === truth ? sides.reduce(joinFacts) : commonFacts(sides);
    }
  }
}

/** Reads a path in silence: what is wrong with it has been said. Undefined for anything that is no plain path. */
export function quietPath(token: PlainToken, frame: Frame): PathReading | undefined {
  if (!TypeGuards.isPropertyAccessToken(token)) return undefined;
  const quiet: Frame = { ...frame, analysis: { ...frame.analysis, problems: [] } };
  return readPath(token as PathToken, quiet, { mode: 'test', readToken: () => {} });
}

function truthFacts(token: PlainToken, truth: boolean, frame: Frame): Facts {
  const path = quietPath(token, frame)?.path;
  if (path === undefined) return NO_FACTS;
  return truth
    ? presentFacts(path, { excluded: [false] })
    : new Map([[pathKey(path), { falsy: true, excluded: [true] }]]);
}

/** A path that is there, and with it all that it leads through. */
function presentFacts(path: Path, fact: Fact): Facts {
  const facts = path.map((_, index): [string, Fact] => [
    pathKey(path.slice(0, index + 1)),
    { present: true },
  ]);
  facts.push([pathKey(path), { present: true, ...fact }]);
  return new Map(facts);
}

function comparisonFacts({ operator, left, right }: Comparison, truth: boolean, frame: Frame): Facts {
  if (left.kind !== 'value' || right.kind !== 'value') return NO_FACTS;
  const path = quietPath(left.token, frame)?.path;
  const turned = quietPath(right.token, frame)?.path;
  if (path) return pathFacts({ path, operator, other: right.token, truth });
  if (turned === undefined || operator === 'contains') return NO_FACTS;
  return pathFacts({ path: turned, operator: TURNED.get(operator) ?? operator, other: left.token, truth });
}

interface PathComparison {
  readonly path: Path;
  readonly operator: string;
  readonly other: PlainToken;
  readonly truth: boolean;
}

function pathFacts({ path, operator, other, truth }: PathComparison): Facts {
  if (operator === 'contains') return truth ? joinFacts(presentFacts(path, {}), itemFacts(path)) : NO_FACTS;
  const holds = truth ? operator : OPPOSITE.get(operator);
  const absence = absenceOf(other);
  if (absence !== undefined) return absenceFacts(path, holds, absence);
  const constant = constantOf(other);
  if (constant === undefined || holds === undefined) return NO_FACTS;
  return constantFacts(path, holds, constant, truth);
}

function absenceFacts(path: Path, holds: string | undefined, absence: 'nil' | 'empty' | 'blank'): Facts {
  if (holds !== '!=')
    return absence === 'nil' && holds === '==' ? new Map([[pathKey(path), { falsy: true }]]) : NO_FACTS;
  if (absence === 'nil') return presentFacts(path, {});
  return absence === 'blank' ? joinFacts(presentFacts(path, {}), itemFacts(path)) : itemFacts(path);
}

/** A list that is not empty has a first and a last item. */
function itemFacts(path: Path): Facts {
  return new Map([[pathKey([...path, 'first']), { present: true }]]);
}

function constantFacts(path: Path, holds: string, constant: Constant, truth: boolean): Facts {
  if (holds === '==')
    return joinFacts(presentFacts(path, { values: [constant] }), sizeFacts(path, holds, constant));
  if (holds === '!=') {
    const fact = new Map([[pathKey(path), { excluded: [constant] }]]);
    return joinFacts(fact, sizeFacts(path, holds, constant));
  }
  if (typeof constant !== 'number') return NO_FACTS;
  const limit = { at: constant, open: holds === '<' || holds === '>' };
  const fact: Fact = holds.startsWith('>') ? { above: limit } : { below: limit };
  // Null counts as 0 in comparisons, so only a comparison that 0 does not pass shows that something is there.
  const there = truth && (holds === '>' ? constant >= 0 : holds === '>=' && constant > 0);
  const facts = there ? presentFacts(path, fact) : new Map([[pathKey(path), fact]]);
  return joinFacts(facts, sizeFacts(path, holds, constant));
}

function sizeFacts(path: Path, holds: string, constant: Constant): Facts {
  if (path.length < 2 || path.at(-1) !== 'size' || typeof constant !== 'number') return NO_FACTS;
  const some =
    (holds === '>' && constant >= 0) ||
    (holds === '>=' && constant >= 1) ||
    (holds === '!=' && constant === 0) ||
    (holds === '==' && constant >= 1);
  return some ? itemFacts(path.slice(0, -1)) : NO_FACTS;
}
