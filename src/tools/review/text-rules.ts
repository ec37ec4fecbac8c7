import { type Change, type ChangedFile, readableFiles } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import type { ReviewerReport } from './reviewer.ts';

const MARKER = /^(<{7}|\|{7}|={7}|>{7})(\s|$)/;
const TODO = /(?:#|\/\/|\/\*|\*|--|<!--|;)\s*(TODO|FIXME|XXX|HACK)\b/;
const TRACKED = /#\d+|\b[A-Z][A-Z0-9]+-\d+\b|https?:\/\//;

/** Checks the added lines of every text file for what no grammar is needed to see: merge markers and stray notes. */
export function reviewText(change: Change): ReviewerReport {
  const files = [...change.files.values()].filter(file => file.added.size > 0);
  const readable = new Set(readableFiles(change).map(file => file.path));
  const findings = files.flatMap(file => [
    ...mergeMarkers(file),
    ...(readable.has(file.path) ? strayNotes(file) : []),
  ]);
  return { name: 'text', files: files.length, findings, notices: [] };
}

interface AddedLine {
  readonly line: number;
  readonly text: string;
}

/** The added lines of a file with their numbers on the new side, in order. Pure. */
export function addedLines(file: ChangedFile): readonly AddedLine[] {
  const lines: AddedLine[] = [];
  for (const hunk of file.diff.hunks) {
    for (const { kind, newLine, text } of hunk.lines) {
      if (kind === 'added' && newLine !== undefined) lines.push({ line: newLine, text });
    }
  }
  return lines;
}

/** Whether a change leaves an unresolved merge in a file. Pure. */
export function hasMergeMarker(file: ChangedFile): boolean {
  return mergeMarkers(file).length > 0;
}

/** A line of equals signs alone also underlines headings, so a file needs an opening or a closing marker. */
function mergeMarkers(file: ChangedFile): readonly DraftFinding[] {
  const markers = addedLines(file).filter(({ text }) => MARKER.test(text));
  const opening = markers.filter(({ text }) => /^(<{7}|>{7})\s\S/.test(text));
  const first = opening[0];
  if (first === undefined) return [];
  return [
    {
      path: file.path,
      range: [first.line, first.line],
      severity: 'critical',
      category: 'bug',
      title: 'Merge conflict marker is left in',
      why: 'Both sides of an unresolved merge are in the file; it does not parse, or it does something nobody chose.',
      evidence: markers.slice(1, 6).map(({ line }) => `${file.path}:${line}`),
      confidence: 0.98,
      source: ['text:merge-marker'],
    },
  ];
}

function strayNotes(file: ChangedFile): readonly DraftFinding[] {
  if (/\.(md|mdx|txt|rst|adoc)$/i.test(file.path)) return [];
  const notes = addedLines(file).filter(({ text }) => TODO.test(text) && !TRACKED.test(text));
  const first = notes[0];
  if (first === undefined) return [];
  return [
    {
      path: file.path,
      range: [first.line, first.line],
      severity: 'nit',
      category: 'docs',
      title: 'TODO names no issue',
      why: 'Nobody is told about it and nobody can say when it is done. Name an issue, or do it now.',
      evidence: notes.slice(1, 6).map(({ line }) => `${file.path}:${line}`),
      confidence: 0.6,
      source: ['text:todo-without-issue'],
    },
  ];
}
