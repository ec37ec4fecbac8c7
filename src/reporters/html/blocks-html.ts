/** Rows of one block. */
const BLOCK = 40;

/** Rows in blocks that a browser lays out only when somebody looks at them; few rows need none. Pure. */
export function inBlocks(rows: readonly string[]): string {
  if (rows.length <= BLOCK) return rows.join('');
  const blocks: string[] = [];
  for (let at = 0; at < rows.length; at += BLOCK) {
    blocks.push(`<div class="block">${rows.slice(at, at + BLOCK).join('')}</div>`);
  }
  return blocks.join('\n');
}
