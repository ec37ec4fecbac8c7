import { displayWidth } from './display-width.ts';

/** A sentence of ours as rows of at most `columns` columns, broken between words; a word that is longer stands alone. Pure. */
export function wrapWords(text: string, columns: number): readonly string[] {
  const rows: string[] = [];
  for (const word of text.split(' ')) {
    const row = rows.at(-1);
    if (row !== undefined && displayWidth(row) + 1 + displayWidth(word) < columns)
      rows[rows.length - 1] = `${row} ${word}`;
    else rows.push(word);
  }
  return rows;
}
