import type { JsonObject } from '../../model/json.ts';

interface Span {
  readonly from: number;
  readonly commit: string;
  readonly lines: string[];
}

/**
 * Parses `git blame --porcelain` into spans of neighbouring lines of the same commit:
 * `{ from, to, commit, author, date, subject, text }`, lines counted in the blamed file. Pure.
 */
export function parseBlame(text: string): readonly JsonObject[] {
  const headers = new Map<string, Map<string, string>>();
  const spans: Span[] = [];
  let current = { commit: '', line: 0 };
  for (const row of text.split('\n')) {
    if (row.startsWith('\t')) {
      addLine(spans, current, row.slice(1));
      continue;
    }
    const start = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(row);
    if (start !== null) {
      current = { commit: start[1] ?? '', line: Number(start[2]) };
      continue;
    }
    const split = row.indexOf(' ');
    const fields = headers.get(current.commit) ?? new Map<string, string>();
    headers.set(current.commit, fields.set(row.slice(0, split), row.slice(split + 1)));
  }
  return spans.map(span => toRow(span, headers.get(span.commit) ?? new Map()));
}

function addLine(spans: Span[], at: { readonly commit: string; readonly line: number }, text: string): void {
  const last = spans.at(-1);
  const follows = last?.commit === at.commit && last.from + last.lines.length === at.line;
  if (last !== undefined && follows) last.lines.push(text);
  else spans.push({ from: at.line, commit: at.commit, lines: [text] });
}

function toRow(span: Span, fields: ReadonlyMap<string, string>): JsonObject {
  return {
    from: span.from,
    to: span.from + span.lines.length - 1,
    commit: span.commit,
    author: fields.get('author') ?? '',
    date: new Date(Number(fields.get('author-time') ?? 0) * 1000).toISOString(),
    subject: fields.get('summary') ?? '',
    text: span.lines.join('\n'),
  };
}
