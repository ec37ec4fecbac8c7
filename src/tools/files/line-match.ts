/** A line that matches, counted from 1; `text` is an excerpt of at most 300 characters. */
export interface LineMatch {
  readonly line: number;
  readonly text: string;
}

const MAX_EXCERPT = 300;
const LEAD = 100;

/** The part of a line around the match at `column` (from 0). Pure. */
export function excerpt(line: string, column: number): string {
  if (line.length <= MAX_EXCERPT) return line;
  const from = Math.max(0, Math.min(column - LEAD, line.length - MAX_EXCERPT));
  return line.slice(from, from + MAX_EXCERPT);
}
