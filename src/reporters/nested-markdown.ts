const HEADING = /^( {0,3})(#{1,6})(?=[ \t]|$)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const DEEPEST = 6;

/**
 * Foreign Markdown for a place under a heading of our own: its headings move `levels` down, so that none of them can be
 * taken for ours, and a code block that it leaves open is closed. What stands in code blocks is not touched. Pure.
 */
export function nestedMarkdown(text: string, levels: number): string {
  let open: string | undefined;
  const lines = text.split('\n').map(line => {
    const [, fence, rest = ''] = FENCE.exec(line) ?? [];
    if (open !== undefined) {
      if (fence?.startsWith(open) === true && rest.trim() === '') open = undefined;
      return line;
    }
    // Backticks behind backticks are code in a line.
    if (fence !== undefined && !(fence.startsWith('`') && rest.includes('`'))) open = fence;
    return open === undefined ? deeper(line, levels) : line;
  });
  return open === undefined ? lines.join('\n') : [...lines, open].join('\n');
}

function deeper(line: string, levels: number): string {
  return line.replace(HEADING, (_all, indent: string, marks: string) =>
    indent.concat('#'.repeat(Math.min(DEEPEST, marks.length + levels))),
  );
}
