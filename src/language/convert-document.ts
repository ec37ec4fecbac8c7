import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Report } from './report.ts';
import { quote } from './report.ts';
import { rangeOf, type SourceFile } from './source-file.ts';
import type { MapEntry, ScalarNode, ScalarStyle, SourceNode } from './source-node.ts';

const MOST_NODES = 50_000;
const DEEPEST_NESTING = 64;

interface Conversion {
  readonly file: SourceFile;
  readonly report: Report;
  readonly anchors: Map<string, Node>;
  /** Anchors that are being converted: an alias to one of them would never end. */
  readonly open: Set<Node>;
  left: number;
  /** Set when a value could not be understood; what follows from it need not be said. */
  broken: boolean;
  depth: number;
}

/**
 * Turns a YAML document into plain nodes: aliases are written out (at most 50,000 nodes in all), keys become strings,
 * tags and numbers that JSON lacks are refused. Undefined when something could not be converted; that was reported. A key that stands twice does not stop it.
 */
export function convertDocument(
  document: Document.Parsed,
  file: SourceFile,
  report: Report,
): SourceNode | undefined {
  const conversion: Conversion = {
    file,
    report,
    anchors: new Map(),
    open: new Set(),
    left: MOST_NODES,
    broken: false,
    depth: 0,
  };
  const root = convert(document.contents, conversion);
  if (conversion.left > 0) return conversion.broken ? undefined : root;
  const message = `The file has more than ${MOST_NODES} values or ${DEEPEST_NESTING} levels after its aliases are written out`;
  report({ code: 'too-many-aliases', range: rangeOf(file, 0, 0), message });
  return undefined;
}

function convert(node: Node | null, conversion: Conversion): SourceNode {
  const { file } = conversion;
  conversion.left -= 1;
  const [start, end] = node?.range ?? [0, 0];
  if (node === null || conversion.left <= 0) return emptyAt(file, start);
  if (isAlias(node)) return convertAlias(node.source, node, conversion);
  if ('anchor' in node && node.anchor) conversion.anchors.set(node.anchor, node);
  if (node.tag && !node.tag.startsWith('tag:yaml.org,2002:')) refuseTag(node, conversion);
  if (isScalar(node)) return convertScalar(node, conversion);
  if (conversion.depth >= DEEPEST_NESTING) conversion.left = 0;
  conversion.open.add(node);
  conversion.depth += 1;
  const converted: SourceNode = isSeq(node)
    ? { kind: 'list', file, start, end, items: node.items.map(item => convert(item as Node, conversion)) }
    : { kind: 'map', file, start, end, entries: isMap(node) ? convertEntries(node.items, conversion) : [] };
  conversion.depth -= 1;
  conversion.open.delete(node);
  return converted;
}

function emptyAt(file: SourceFile, start: number): ScalarNode {
  return { kind: 'scalar', file, start, end: start, value: null, style: 'plain' };
}

function convertAlias(name: string, node: Node, conversion: Conversion): SourceNode {
  const { file, report, anchors, open } = conversion;
  const [start, end] = node.range ?? [0, 0];
  const target = anchors.get(name);
  if (target && !open.has(target)) return convert(target, conversion);
  conversion.broken = true;
  const message = target
    ? `The alias ${quote(`*${name}`)} stands inside what it refers to`
    : `There is no anchor ${quote(`&${name}`)} before the alias ${quote(`*${name}`)}`;
  const hint = target ? undefined : 'quote text that starts with `*`';
  report({ code: 'yaml-syntax', range: rangeOf(file, start, end), message, hint });
  return emptyAt(file, start);
}

function refuseTag(node: Node, conversion: Conversion): void {
  const { file, report } = conversion;
  conversion.broken = true;
  const [start, end] = node.range ?? [0, 0];
  const message = `The YAML tag ${quote(node.tag ?? '')} is not understood`;
  report({ code: 'yaml-syntax', range: rangeOf(file, start, end), message, hint: 'take the tag out' });
}

function convertScalar(node: Scalar, conversion: Conversion): ScalarNode {
  const { file, report } = conversion;
  const [start, end] = node.range ?? [0, 0];
  const place = { kind: 'scalar', file, start, end, style: styleOf(node.type) } as const;
  const { value } = node;
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return { ...place, value };
  if (typeof value === 'number' && Number.isFinite(value)) return { ...place, value };
  conversion.broken = true;
  const written = quote(file.text.slice(start, end));
  const message = `${written} is not a value that JSON has`;
  report({
    code: 'yaml-syntax',
    range: rangeOf(file, start, end),
    message,
    hint: 'quote it to make it text',
  });
  return { ...place, value: null };
}

function styleOf(type: string | undefined): ScalarStyle {
  if (type === 'QUOTE_DOUBLE') return 'double';
  if (type === 'QUOTE_SINGLE') return 'single';
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' ? 'block' : 'plain';
}

function convertEntries(pairs: readonly Pair[], conversion: Conversion): MapEntry[] {
  const entries = new Map<string, MapEntry>();
  for (const pair of pairs) {
    const key = pair.key as Node;
    const name = keyText(key, conversion);
    if (name === undefined) continue;
    const [start, end] = key.range ?? [0, 0];
    const first = entries.get(name);
    const value =
      pair.value === null ? emptyAt(conversion.file, end) : convert(pair.value as Node, conversion);
    const entry = { key: name, keyPlace: { file: conversion.file, start, end }, value };
    if (first) refuseDuplicate(entry, first, conversion);
    else entries.set(name, entry);
  }
  return [...entries.values()];
}

function keyText(key: Node, conversion: Conversion): string | undefined {
  const { file, report } = conversion;
  const [start, end] = key.range ?? [0, 0];
  const text = isScalar(key) && key.value !== null ? (key.source ?? String(key.value)) : undefined;
  if (text !== undefined && text !== '__proto__') return text;
  conversion.broken = true;
  const message = text === undefined ? 'A key must be a plain word' : 'A key must not be `__proto__`';
  const bare = text === undefined && file.text.startsWith('{', start);
  const hint = bare ? 'quote a value that starts with a template: `"{{ … }}"`' : undefined;
  report({ code: 'yaml-syntax', range: rangeOf(file, start, end), message, hint });
  return undefined;
}

function refuseDuplicate(entry: MapEntry, first: MapEntry, { file, report }: Conversion): void {
  const { start, end } = entry.keyPlace;
  const line = rangeOf(file, first.keyPlace.start, first.keyPlace.start).start.line;
  const message = `The key ${quote(entry.key)} is written twice; it stands in line ${line} already`;
  report({ code: 'duplicate-key', range: rangeOf(file, start, end), message, hint: 'keep one of them' });
}
