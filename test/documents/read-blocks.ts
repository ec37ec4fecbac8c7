/** One fenced block of a Markdown page. `kind` is its first word, `note` the rest of the opening line. */
export interface CodeBlock {
  readonly kind: string;
  readonly note: string;
  readonly line: number;
  readonly text: string;
}

/** The fenced blocks of a page, in order. Fails when a fence is not closed or names no language. */
export function readBlocks(page: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = page.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const opening = /^```(\w*)\s*(.*)$/.exec(lines[index] ?? '');
    if (opening === null) continue;
    const end = lines.indexOf('```', index + 1);
    const [, kind = '', note = ''] = opening;
    if (end === -1 || kind === '')
      throw new Error(`line ${index + 1}: a block that is not closed or names no language`);
    blocks.push({ kind, note, line: index + 1, text: lines.slice(index + 1, end).join('\n') });
    index = end;
  }
  return blocks;
}

/** What a page shows of an output as a pattern: `…` in a line stands for any text, alone in its line for any lines. */
export function outputPattern(shown: string): RegExp {
  const escaped = shown
    .split('\n')
    .map(line =>
      line === '…'
        ? '(?:.*\n)*?'
        : `${line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('…', '.*')}\n`,
    );
  return new RegExp(`^${escaped.join('')}\n?$`);
}
