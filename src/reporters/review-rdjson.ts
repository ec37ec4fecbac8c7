import type { JsonObject } from '../model/json.ts';
import type { Finding, FindingSeverity, Review, Suggestion } from '../model/review.ts';
import { jsonText } from './json-text.ts';
import { reviewRule } from './review-rule.ts';
import { unmutedFindings } from './review-words.ts';
import { sanitizeText } from './sanitize.ts';

const SEVERITY_WORDS = {
  critical: 'ERROR',
  major: 'ERROR',
  minor: 'WARNING',
  nit: 'INFO',
} as const satisfies Record<FindingSeverity, string>;

/**
 * The findings that are not muted as a `DiagnosticResult` in reviewdog's rdjson. Ranges name whole lines, both ends
 * included. Ends in a newline. Pure.
 * Source: reviewdog, proto/rdf/reviewdog.proto.
 */
export function formatReviewRdjson(review: Review): string {
  const result: JsonObject = {
    source: { name: 'crewfile' },
    diagnostics: unmutedFindings(review).map(diagnostic),
  };
  return `${jsonText(result, 2)}\n`;
}

function diagnostic(finding: Finding): JsonObject {
  const { suggestion } = finding;
  return {
    message: sanitizeText([finding.title, finding.why].filter(text => text.trim() !== '').join('\n\n')),
    location: { path: finding.path, range: lineRange(finding.range) },
    severity: SEVERITY_WORDS[finding.severity],
    source: { name: finding.source.join(', ') || 'crewfile' },
    code: { value: reviewRule(finding) },
    ...(suggestion === undefined ? {} : { suggestions: [rdjsonSuggestion(suggestion)] }),
  };
}

/** Whole lines are replaced by a text without its last line's end; a deletion ends where the next line begins. */
function rdjsonSuggestion({ range, text }: Suggestion): JsonObject {
  if (text !== '') return { range: lineRange(range), text: text.replace(/\r?\n$/, '') };
  return { range: { start: { line: range[0], column: 1 }, end: { line: range[1] + 1, column: 1 } }, text };
}

function lineRange([start, end]: readonly [number, number]): JsonObject {
  return { start: { line: start }, end: { line: end } };
}
