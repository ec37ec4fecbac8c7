import type { SourceRange } from '../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { rangeOf, type SourceFile } from './source-file.ts';

interface NodePlace {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** How a scalar is written, so that places inside its value can be found in the text. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

/** One value that is no list and no mapping; `style` says how it was quoted. */
export interface ScalarNode extends NodePlace {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly style: ScalarStyle;
  /** Where the stretches of a text stand that was put together from several places; absent when it is written as it is. */
  readonly pieces?: readonly TextPiece[];
}

/** A stretch of a text that was put together: `length` units from `at` are those of a scalar from `from`. */
export interface TextPiece {
  readonly at: number;
  readonly length: number;
  readonly node: ScalarNode;
  readonly from: number;
  /** The stretch is not written anywhere; the scalar is what it stands for. */
  readonly glue?: true;
}

interface ListNode extends NodePlace {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}

/** One key of a mapping with its own place and its value. */
export interface MapEntry {
  readonly key: string;
  readonly keyPlace: NodePlace;
  readonly value: SourceNode;
}

interface MapNode extends NodePlace {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

/** A value of a file with its place. Nodes are JSON in shape: keys are strings, there is no alias and no tag. */
export type SourceNode = ScalarNode | ListNode | MapNode;

export type NodePath = readonly (string | number)[];

/** The entry of a mapping by key; undefined when the node is no mapping or has no such key. */
export function entryOf(node: SourceNode | undefined, key: string): MapEntry | undefined {
  return node?.kind === 'map' ? node.entries.find(entry => entry.key === key) : undefined;
}

/** The node at a path, or undefined. */
export function nodeAt(root: SourceNode | undefined, path: NodePath): SourceNode | undefined {
  let node = root;
  for (const step of path) {
    if (node?.kind === 'list') node = node.items[Number(step)];
    else node = entryOf(node, String(step))?.value;
  }
  return node;
}

/** The place where a person would point at a path: a scalar itself, else its key, else the nearest written parent. */
export function placeOf(root: SourceNode, path: NodePath): SourceRange {
  const node = nodeAt(root, path);
  if (node?.kind === 'scalar' && node.end > node.start) return nodeRange(node);
  return keyPlaceOf(root, path);
}

/** The place of the key at a path, or of the nearest written parent's. A list item has its own place. */
export function keyPlaceOf(root: SourceNode, path: NodePath): SourceRange {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = nodeAt(root, path.slice(0, length - 1));
    const entry = entryOf(parent, String(path[length - 1]));
    if (entry) return nodeRange(entry.keyPlace);
    const item = parent?.kind === 'list' ? parent.items[Number(path[length - 1])] : undefined;
    if (item) return item.kind === 'map' ? firstKeyRange(item) : nodeRange(item);
  }
  return root.kind === 'map' ? firstKeyRange(root) : nodeRange(root);
}

function firstKeyRange(node: MapNode): SourceRange {
  const first = node.entries[0];
  return nodeRange(first ? first.keyPlace : node);
}

/** The range of a node as written. */
export function nodeRange(node: NodePlace): SourceRange {
  return rangeOf(node.file, node.start, node.end);
}

/** The plain value of a node. */
export function toJson(node: SourceNode): JsonValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  const value: Record<string, JsonValue> = {};
  for (const entry of node.entries) value[entry.key] = toJson(entry.value);
  return value;
}

/** The plain value of a node when it is a mapping, else an empty object. */
export function toJsonObject(node: SourceNode | undefined): JsonObject {
  const value = node?.kind === 'map' ? toJson(node) : {};
  return value as JsonObject;
}
