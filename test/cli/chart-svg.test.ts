import { expect, test } from 'vitest';
import { chartSvg } from '../../src/cli/chart-svg.ts';
import type { Chart, ChartNode } from '../../src/model/chart.ts';

const node = (id: string, detail: string): ChartNode => ({
  id,
  kind: 'role',
  detail,
  parts: [],
  partWays: [],
  order: 'one-by-one',
});
const chart: Chart = {
  name: 'drawn <&>',
  start: 'draft',
  nodes: [
    node('draft', 'writer & "friends"'),
    { ...node('done', 'success'), kind: 'end', outcome: 'success' },
  ],
  edges: [
    { from: 'draft', to: 'draft', via: 'on_limit', label: 'x < 1' },
    { from: 'draft', to: 'done', via: 'next', label: 'else' },
    { from: 'draft', to: 'done', via: 'on_error', label: 'on error' },
  ],
};

test('every phase is a box, every way a line, and foreign text is escaped', () => {
  const svg = chartSvg(chart);
  expect(svg.match(/<rect /g)).toHaveLength(2);
  expect(svg.match(/<path class="way/g)).toHaveLength(4);
  expect(svg).toContain('writer &amp; &quot;friends&quot;');
  expect(svg).toContain('x &lt; 1');
  expect(svg).toContain('aria-label="Phases of drawn &lt;&amp;&gt;"');
  expect(svg).not.toMatch(/NaN|undefined|<script/);
});

test('a conversation inside a conversation stands below its participant', () => {
  const inside = { parts: [{ id: 'lawyer', detail: '' }], partWays: [], order: 'free' as const };
  const parts = [
    { id: 'panel', detail: 'talk', inside },
    { id: 'author', detail: '' },
  ];
  const svg = chartSvg({ ...chart, nodes: [{ ...node('draft', 'talk'), parts }, node('done', '')] });
  const lines = [...svg.matchAll(/<text class="note" [^>]*>(.+?)<\/text>/g)].map(match => match[1]);
  expect(lines).toEqual(expect.arrayContaining(['→ panel · talk', '→ → lawyer', '→ author']));
});

test('the same chart gives the same picture', () => {
  expect(chartSvg(chart)).toBe(chartSvg(chart));
});

test('all boxes stand inside the picture', () => {
  const svg = chartSvg(chart);
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  for (const [, x, y, w, h] of svg.matchAll(
    /<rect class="\w+" x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"/g,
  )) {
    expect(Number(x)).toBeGreaterThanOrEqual(0);
    expect(Number(y)).toBeGreaterThanOrEqual(0);
    expect(Number(x) + Number(w)).toBeLessThanOrEqual(Number(width));
    expect(Number(y) + Number(h)).toBeLessThanOrEqual(Number(height));
  }
});
