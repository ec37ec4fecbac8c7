import type { Chart, ChartEdge, ChartNode } from '../model/chart.ts';

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

/** Ids of phases by name, of parts by `phase.part`; all distinct. */
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
  for (const node of chart.nodes) for (const part of node.parts) take(`${node.id}.${part.id}`);
  return ids;
}

function nodeLines(node: ChartNode, ids: Ids): readonly string[] {
  const id = ids.get(node.id) ?? node.id;
  const head = stateLine(id, node.id, node.detail);
  if (node.parts.length === 0) return [head];
  const partId = (name: string): string => ids.get(`${node.id}.${name}`) ?? name;
  const states = node.parts.map(part => `  ${stateLine(partId(part.id), part.id, part.detail)}`);
  return [head, `state ${id} {`, ...insideLines(node, states, partId), '}'];
}

function insideLines(
  node: ChartNode,
  states: readonly string[],
  partId: (name: string) => string,
): readonly string[] {
  const names = node.parts.map(part => part.id);
  switch (node.order) {
    case 'at-once':
      return states.flatMap((line, index) => (index === 0 ? [line] : ['  --', line]));
    case 'one-by-one':
      return [
        ...states,
        ...names.slice(1).map((name, index) => `  ${partId(names[index] ?? name)} --> ${partId(name)}`),
      ];
    case 'free':
      return [...states, ...node.partWays.map(({ from, to }) => `  ${partId(from)} --> ${partId(to)}`)];
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
