import type { Chart, ChartEdge, ChartNode, ChartPart } from '../model/chart.ts';

/**
 * Draws a procedure as a Mermaid state diagram: conditions are labels, parallel branches concurrent regions, ends lead
 * to the final mark. Every name and condition is escaped, so any crew gives a diagram that Mermaid reads. Pure.
 */
export function exportMermaid(chart: Chart): string {
  const ids = nodeIds(chart);
  const idOf = (name: string): string => ids.get(name) ?? name;
  const lines = [
    'stateDiagram-v2',
    ...chart.nodes.flatMap(node => nodeLines(node, ids).map(line => `  ${line}`)),
    `  [*] --> ${idOf(chart.start)}`,
    ...chart.edges.map(edge => `  ${edgeLine(edge, idOf)}`),
    ...chart.nodes.flatMap(node => (node.kind === 'end' ? [`  ${idOf(node.id)} --> [*]`] : [])),
  ];
  return `${lines.join('\n')}\n`;
}

/** Words of Mermaid's own that cannot name a state. */
const RESERVED = new Set(
  'state end note direction class classdef style default as fork join choice root click href'.split(' '),
);

type Ids = ReadonlyMap<string, string>;

/** Ids of phases by name, of parts by `phase.part`, of what is inside a part by `phase.part.inner`; all distinct. */
function nodeIds(chart: Chart): Ids {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  const take = (name: string): void => {
    let id = name.replaceAll(/\W/g, '_');
    while (RESERVED.has(id) || taken.has(id)) id += '_';
    taken.add(id);
    ids.set(name, id);
  };
  for (const node of chart.nodes) take(node.id);
  for (const node of chart.nodes) takeParts(node, node.id, take);
  return ids;
}

function takeParts({ parts }: Pick<ChartNode, 'parts'>, path: string, take: (name: string) => void): void {
  for (const part of parts) take(`${path}.${part.id}`);
  for (const part of parts) if (part.inside) takeParts(part.inside, `${path}.${part.id}`, take);
}

function nodeLines(node: ChartNode, ids: Ids): readonly string[] {
  return boxLines({ ...node, inside: node }, node.id, ids);
}

/** A box, with what stands inside it. `path` is the key of its id. */
function boxLines({ id: name, detail, inside }: ChartPart, path: string, ids: Ids): readonly string[] {
  const id = ids.get(path) ?? name;
  const head = stateLine(id, name, detail);
  if (inside === undefined || inside.parts.length === 0) return [head];
  return [head, `state ${id} {`, ...insideLines(inside, path, ids).map(line => `  ${line}`), '}'];
}

function insideLines(
  { parts, partWays, order }: NonNullable<ChartPart['inside']>,
  path: string,
  ids: Ids,
): readonly string[] {
  const idOf = (name: string): string => ids.get(`${path}.${name}`) ?? name;
  const way = (from: string, to: string): string => `${idOf(from)} --> ${idOf(to)}`;
  const boxes = parts.map(part => boxLines(part, `${path}.${part.id}`, ids));
  switch (order) {
    case 'at-once':
      return boxes.flatMap((lines, index) => (index === 0 ? lines : ['--', ...lines]));
    case 'one-by-one':
      return [
        ...boxes.flat(),
        ...parts.slice(1).map((part, index) => way(parts[index]?.id ?? part.id, part.id)),
      ];
    case 'free':
      return [...boxes.flat(), ...partWays.map(({ from, to }) => way(from, to))];
  }
}

function stateLine(id: string, name: string, detail: string): string {
  return `state "${escapeText(detail === '' ? name : `${name} · ${detail}`)}" as ${id}`;
}

function edgeLine({ from, to, label }: ChartEdge, idOf: (name: string) => string): string {
  const way = `${idOf(from)} --> ${idOf(to)}`;
  return label === '' ? way : `${way} : ${escapeText(label)}`;
}

/** Mermaid's entity codes for everything that its grammar or a page could take for its own. */
function escapeText(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const cut = line.length > MAX_LABEL ? `${line.slice(0, MAX_LABEL - 1).toWellFormed()}…` : line;
  return cut.replaceAll(/[#;:"'`<>{}[\]\\%&]/g, character => `#${character.codePointAt(0)};`);
}

/** Longer conditions are cut, or the boxes would drown. */
const MAX_LABEL = 80;
