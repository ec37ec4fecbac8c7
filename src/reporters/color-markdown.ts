import { paint, type Style } from './paint.ts';

const HEADING_STYLES: ReadonlyMap<string, Style> = new Map([
  ['Critical', 'red'],
  ['Major', 'red'],
  ['Minor', 'yellow'],
  ['Nit', 'cyan'],
]);

/** Colours our own Markdown for a terminal, line by line: headings, code blocks, folded lists. Changes no other character. Pure. */
export function colorMarkdown(markdown: string): string {
  let fence: string | undefined;
  const lines = markdown.split('\n').map(line => {
    const marks = /^`{3,}/.exec(line)?.[0];
    if (fence !== undefined) {
      if (marks === line && line.length >= fence.length) fence = undefined;
      return paint(line, fence === undefined ? 'dim' : 'green', true);
    }
    if (marks !== undefined) {
      fence = marks;
      return paint(line, 'dim', true);
    }
    return paint(line, lineStyle(line), true);
  });
  return lines.join('\n');
}

function lineStyle(line: string): Style {
  const section = /^## (\w+)/.exec(line)?.[1];
  if (section !== undefined) return HEADING_STYLES.get(section) ?? 'bold';
  if (line.startsWith('#')) return 'bold';
  return /^<\/?(?:details|summary)>/.test(line) ? 'dim' : 'plain';
}
