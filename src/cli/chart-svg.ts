import { Graph, layout } from '@dagrejs/dagre';
import type { Chart, ChartEdge, ChartNode } from '../model/chart.ts';
import { type Walk, wayKey } from './walk.ts';

const CHARACTER_WIDTH = 7.3;
const LINE_HEIGHT = 18;
const PADDING = 12;
const MARGIN = 20;
const MAX_TEXT = 60;

interface Box {
  readonly node: ChartNode;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Draws a procedure as a self-contained SVG page, for light and dark surroundings; with `walk` the way that a run went,
 * without styles, for a page that has its own. Pure; equal charts give equal text.
 */
export function chartSvg(chart: Chart, walk?: Walk): string {
  const boxes = new Map(chart.nodes.map(node => [node.id, boxOf(node)]));
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 50, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  graph.setNode(START, { width: 14, height: 14 });
  for (const [id, { width, height }] of boxes) graph.setNode(id, { width, height });
  graph.setEdge(START, chart.start, { width: 0, height: 0 }, START);
  for (const [index, edge] of chart.edges.entries()) {
    graph.setEdge(edge.from, edge.to, labelSize(edge.label), `${index}`);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const start = graph.node(START) as Point;
  const arrow = walk?.arrow ?? 'arrow';
  const edges = chart.edges.map((edge, index) => edgeSvg(edge, placed(graph, edge, `${index}`), walk));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-label="${escapeXml(`Phases of ${chart.name}`)}">`,
    ...(walk === undefined ? [STYLE] : []),
    arrowSvg(arrow),
    `<path class="way${walk === undefined ? '' : ' walked'}" d="${pathOf(placed(graph, { from: START, to: chart.start }, START).points)}" marker-end="url(#${arrow})"/>`,
    `<circle class="start" cx="${round(start.x)}" cy="${round(start.y)}" r="7"/>`,
    ...[...boxes].map(([id, box]) => boxSvg(box, graph.node(id) as Point, walk)),
    ...edges,
    '</svg>',
    '',
  ].join('\n');
}

/** No phase can have this name. */
const START = '$start';

const STYLE = `<style>
text { font: 13px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; }
.name { font-weight: 600; }
.note { fill: #59636e; font-size: 12px; }
.label { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
.box { fill: #f6f8fa; stroke: #818b98; }
.end { fill: #dafbe1; stroke: #1a7f37; }
.failed { fill: #ffebe9; stroke: #cf222e; }
.way { fill: none; stroke: #59636e; }
.aside { stroke-dasharray: 5 4; }
.start, marker path { fill: #59636e; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; } .note { fill: #9198a1; } .label { stroke: #0d1117; } .box { fill: #151b23; stroke: #656c76; }
.end { fill: #12261e; stroke: #3fb950; } .failed { fill: #25171c; stroke: #f85149; } .way { stroke: #9198a1; }
.start, marker path { fill: #9198a1; }
}
</style>`;

function arrowSvg(id: string): string {
  return `<defs><marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker></defs>`;
}

function boxOf(node: ChartNode): Box {
  const parts = partLines(node);
  const lines = [node.id, ...(node.detail === '' ? [] : [node.detail]), ...parts].map(cut);
  const longest = Math.max(...lines.map(line => [...line].length));
  return {
    node,
    lines,
    width: longest * CHARACTER_WIDTH + 2 * PADDING,
    height: lines.length * LINE_HEIGHT + PADDING,
  };
}

/** A line for each part, and below it those of the parts inside it. */
function partLines({ parts, order }: Pick<ChartNode, 'parts' | 'order'>): readonly string[] {
  const mark = order === 'at-once' ? '∥' : '→';
  return parts.flatMap(({ id, detail, inside }) => {
    const line = `${mark} ${detail === '' ? id : `${id} · ${detail}`}`;
    return inside === undefined ? [line] : [line, ...partLines(inside).map(inner => `${mark} ${inner}`)];
  });
}

function labelSize(label: string) {
  const text = cut(label);
  return text === ''
    ? { width: 0, height: 0 }
    : { width: [...text].length * CHARACTER_WIDTH + 8, height: LINE_HEIGHT, labelpos: 'c' as const };
}

interface PlacedEdge {
  readonly points: readonly Point[];
  readonly x?: number;
  readonly y?: number;
}

function placed(
  graph: Graph,
  edge: { readonly from: string; readonly to: string },
  name: string,
): PlacedEdge {
  return graph.edge({ v: edge.from, w: edge.to, name }) as unknown as PlacedEdge;
}

function edgeSvg(edge: ChartEdge, { points, x = 0, y = 0 }: PlacedEdge, walk: Walk | undefined): string {
  const aside = edge.via === 'next' ? '' : ' aside';
  const taken = walk?.ways.get(wayKey(edge)) ?? 0;
  const path = `<path class="way${aside}${taken > 0 ? ' walked' : ''}" d="${pathOf(points)}" marker-end="url(#${walk?.arrow ?? 'arrow'})"/>`;
  if (edge.label === '') return path;
  return `${path}\n<text class="note label" x="${round(x)}" y="${round(y + 4)}" text-anchor="middle">${escapeXml(cut(edge.label))}${taken > 1 ? ` ×${taken}` : ''}</text>`;
}

/** A smooth line: each inner point pulls, the middles between them are passed. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
  const last = rest.at(-1) ?? first;
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  return curves.length === 0 ? `M${at(first)}L${at(last)}` : `M${at(first)}${curves.join('')}`;
}

function boxSvg({ node, lines, width, height }: Box, { x, y }: Point, walk: Walk | undefined): string {
  const kind = node.outcome === undefined ? 'box' : node.outcome === 'failure' ? 'failed' : 'end';
  const visit = walk?.visits.get(node.id);
  const style = visit === undefined ? kind : `${kind} ${VISIT_STYLES[visit.state]}`;
  const top = y - height / 2;
  const texts = lines.map((line, index) => {
    const place = `x="${round(x)}" y="${round(top + PADDING / 2 + (index + 1) * LINE_HEIGHT - 5)}"`;
    return `<text class="${index === 0 ? 'name' : 'note'}" ${place} text-anchor="middle">${escapeXml(line)}</text>`;
  });
  const radius = node.outcome === undefined ? 6 : Math.min(18, height / 2);
  const corner = `x="${round(x - width / 2)}" y="${round(top)}"`;
  const count =
    visit === undefined || visit.count < 2
      ? []
      : [`<text class="count" x="${round(x + width / 2 + 5)}" y="${round(top + 12)}">×${visit.count}</text>`];
  const rect = `<rect class="${style}" ${corner} width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
  const box = [rect, ...texts, ...count].join('\n');
  return walk !== undefined && visit === undefined ? `<g class="missed">\n${box}\n</g>` : box;
}

const VISIT_STYLES = { done: 'walked', failed: 'walked broken', open: 'walked live' } as const;

function cut(text: string): string {
  const characters = [...text.replaceAll(/\s+/g, ' ').trim()];
  return characters.length > MAX_TEXT
    ? `${characters.slice(0, MAX_TEXT - 1).join('')}…`
    : characters.join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What XML forbids even escaped is left out. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
