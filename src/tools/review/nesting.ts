import type { SgNode } from '@ast-grep/napi';

/** Which kinds of nodes nest, and which begin anew. */
export interface NestingKinds {
  readonly controls: readonly string[];
  readonly functions: readonly string[];
}

/** A control statement. Lines count from 1; `depth` counts itself; `owner` is the first line of its function, or 0. */
export interface NestedStatement {
  readonly line: number;
  readonly depth: number;
  readonly owner: number;
}

interface Open {
  readonly end: number;
  readonly depth: number;
  readonly owner: number;
}

/**
 * How deep each control statement stands in its function, in the order of the text. An `else if` goes on with its chain
 * and does not nest. Takes time in proportion to the file, however deep it is nested: asking nodes for their ancestors
 * does not. Pure.
 */
export function nestedStatements(root: SgNode, kinds: NestingKinds): readonly NestedStatement[] {
  const functions = new Set(kinds.functions);
  const chained = elseIfs(root);
  const open: Open[] = [];
  const statements: NestedStatement[] = [];
  for (const node of inTextOrder(root, [...kinds.controls, ...kinds.functions])) {
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= node.start) open.pop();
    const outer = open.at(-1) ?? { depth: 0, owner: 0 };
    if (functions.has(node.kind)) {
      open.push({ end: node.end, depth: 0, owner: node.line });
      continue;
    }
    const depth = chained.has(node.id) ? outer.depth : outer.depth + 1;
    open.push({ end: node.end, depth, owner: outer.owner });
    statements.push({ line: node.line, depth, owner: outer.owner });
  }
  return statements;
}

function inTextOrder(root: SgNode, kinds: readonly string[]) {
  return root
    .findAll({ rule: { any: kinds.map(kind => ({ kind })) } })
    .map(node => {
      const { start, end } = node.range();
      return {
        id: node.id(),
        kind: String(node.kind()),
        start: start.index,
        end: end.index,
        line: start.line + 1,
      };
    })
    .sort((one, two) => one.start - two.start || two.end - one.end);
}

function elseIfs(root: SgNode): ReadonlySet<number> {
  const clauses = root.findAll({ rule: { any: [{ kind: 'else_clause' }] } });
  const statements = clauses
    .flatMap(clause => clause.children())
    .filter(child => child.kind() === 'if_statement');
  return new Set(statements.map(statement => statement.id()));
}
