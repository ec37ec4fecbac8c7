import type { SourceMap } from '../model/crew.ts';
import type { SourceRange } from '../model/diagnostic.ts';
import { entryOf, keyPlaceOf, type NodePath, nodeAt, placeOf, type SourceNode } from './source-node.ts';

/** Finds nodes and places by path, in whichever file holds them. */
export interface Places {
  node(path: NodePath): SourceNode | undefined;
  /** Where a person would point at a path: the scalar, else its key, else the nearest written parent. */
  at(path: NodePath): SourceRange;
  keyOf(path: NodePath): SourceRange;
}

/**
 * Finds places in a crew and its SOP: `phases` and `start` are of the SOP file, `sop.…` its other parts, all else of
 * the crew file, where `procedure.…` is what the crew says under `sop`. For a SOP alone, or an inline procedure, both
 * roots are the same.
 */
export function createPlaces(crewRoot: SourceNode, sopRoot: SourceNode): Places {
  const resolve = (path: NodePath): [SourceNode, NodePath] => {
    if (path[0] === 'phases' || path[0] === 'start') return [sopRoot, path];
    if (path[0] === 'procedure') return [crewRoot, ['sop', ...path.slice(1)]];
    return path[0] === 'sop' && path.length > 1 ? [sopRoot, path.slice(1)] : [crewRoot, path];
  };
  return {
    node: path => nodeAt(...resolve(path)),
    at: path => placeOf(...resolve(path)),
    keyOf: path => keyPlaceOf(...resolve(path)),
  };
}

/** Builds the source map of a crew and its SOP. What stands inside an `output` schema is left out. */
export function buildSourceMap(crewRoot: SourceNode, sopRoot: SourceNode): SourceMap {
  const map: Record<string, SourceRange> = {};
  collect(crewRoot, crewRoot, [], map);
  if (crewRoot === sopRoot) return map;
  for (const key of ['start', 'phases']) {
    const value = entryOf(sopRoot, key)?.value;
    if (value) collect(sopRoot, value, [key], map);
  }
  return map;
}

function isSchema(path: NodePath): boolean {
  const key = path.at(-1);
  const talk = path[2] === 'inner' ? 4 : 2;
  return (
    key === 'output' ||
    (key === 'input' && path[0] === 'tools' && path.length === 5) ||
    (key === 'reply' && path.length === talk + 1) ||
    CHECK_SCHEMA.test(path.slice(2).join('.'))
  );
}

const CHECK_SCHEMA = /^reflect\.evaluator(\.\d+)?\.schema$/;

function collect(root: SourceNode, node: SourceNode, path: NodePath, map: Record<string, SourceRange>): void {
  if (path.length > 0) map[path.join('.')] = placeOf(root, path);
  if (node.kind === 'scalar' || isSchema(path)) return;
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) collect(root, item, [...path, index], map);
    return;
  }
  for (const entry of node.entries) collect(root, entry.value, [...path, entry.key], map);
}
