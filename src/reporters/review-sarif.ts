import type { JsonObject } from '../model/json.ts';
import type { Finding, FindingSeverity, Review, Suggestion } from '../model/review.ts';
import { jsonText } from './json-text.ts';
import { reviewRule } from './review-rule.ts';
import { artifactLocation, sarifMessage } from './sarif-parts.ts';

const LEVELS = {
  critical: 'error',
  major: 'error',
  minor: 'warning',
  nit: 'note',
} as const satisfies Record<FindingSeverity, string>;

const PLACE = /^(?!\w+:\/\/)(\S+?):(\d{1,7})(?:-(\d{1,7}))?$/;

/**
 * A review as a SARIF 2.1.0 log with one run. Muted findings are results with an accepted suppression and its
 * justification; suggestions are fixes; notices are notifications of the invocation; the finding's id is its partial
 * fingerprint. Paths are percent-encoded and relative to `%SRCROOT%`. Ends in a newline. Pure.
 * Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
 */
export function formatReviewSarif(review: Review, options: { readonly version: string }): string {
  const rules = [...new Set(review.findings.map(reviewRule))].sort();
  const log: JsonObject = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'crewfile',
            version: options.version,
            rules: rules.map(id => sarifRule(id, review)),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: review.notices.map(notice => ({
              level: 'note',
              message: sarifMessage(notice),
            })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: review.findings.map(finding => sarifResult(finding, rules)),
        properties: {
          range: { base: review.range.base, head: review.range.head },
          summary: { ...review.summary },
          dropped: { ...review.dropped },
        },
      },
    ],
  };
  return `${jsonText(log, 2)}\n`;
}

function sarifRule(id: string, review: Review): JsonObject {
  const categories = review.findings
    .filter(finding => reviewRule(finding) === id)
    .map(({ category }) => category);
  const colon = id.indexOf(':');
  const tool = colon < 0 ? 'crewfile' : id.slice(0, colon);
  return {
    id,
    shortDescription: {
      text: `${id.slice(colon + 1)}, found by ${tool === 'crewfile' ? 'a reviewing role' : tool}`,
    },
    properties: { tags: [...new Set(categories)].sort() },
  };
}

function sarifResult(finding: Finding, rules: readonly string[]): JsonObject {
  const ruleId = reviewRule(finding);
  const related = finding.evidence.flatMap(relatedLocation);
  return {
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level: LEVELS[finding.severity],
    message: sarifMessage([finding.title, finding.why].filter(text => text.trim() !== '').join('\n\n')),
    locations: [{ physicalLocation: physicalLocation(finding.path, finding.range) }],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    partialFingerprints: { 'crewfileFinding/v1': finding.id },
    suppressions:
      finding.muted === undefined
        ? []
        : [{ kind: 'external', status: 'accepted', justification: finding.muted }],
    ...(finding.suggestion === undefined ? {} : { fixes: [sarifFix(finding.path, finding.suggestion)] }),
    rank: Math.round(finding.confidence * 1000) / 10,
    properties: {
      severity: finding.severity,
      category: finding.category,
      confidence: finding.confidence,
      sources: finding.source,
      evidence: finding.evidence,
    },
  };
}

/** Whole lines without the last line's end are replaced; to delete them, the region ends where the next line begins. */
function sarifFix(path: string, suggestion: Suggestion): JsonObject {
  const [startLine, endLine] = suggestion.range;
  const deletes = suggestion.text === '';
  const replacement = deletes
    ? { deletedRegion: { startLine, startColumn: 1, endLine: endLine + 1, endColumn: 1 } }
    : {
        deletedRegion: { startLine, endLine },
        insertedContent: { text: suggestion.text.replace(/\r?\n$/, '') },
      };
  return {
    description: { text: deletes ? 'Delete these lines' : 'Replace these lines' },
    artifactChanges: [{ artifactLocation: artifactLocation(path), replacements: [replacement] }],
  };
}

function relatedLocation(evidence: string, index: number): readonly JsonObject[] {
  const match = PLACE.exec(evidence.trim());
  const start = Number(match?.[2]);
  if (match?.[1] === undefined || !(start >= 1)) return [];
  const end = Math.max(start, Number(match[3] ?? start));
  return [{ id: index + 1, physicalLocation: physicalLocation(match[1], [start, end]) }];
}

function physicalLocation(path: string, [startLine, endLine]: readonly [number, number]): JsonObject {
  return { artifactLocation: artifactLocation(path), region: { startLine, endLine } };
}
