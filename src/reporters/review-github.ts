import type { JsonObject } from '../model/json.ts';
import type { Finding, Review, ReviewSummary } from '../model/review.ts';
import { findingBlocks, findingFacts, findingTitle } from './finding-markdown.ts';
import { jsonText } from './json-text.ts';
import { markdownBlock } from './markdown-block.ts';
import { leftOutBlocks } from './review-markdown.ts';
import { rangeText, summaryLine, unmutedFindings, VERDICT_WORDS } from './review-words.ts';

const EVENTS = {
  approve: 'APPROVE',
  comment: 'COMMENT',
  request_changes: 'REQUEST_CHANGES',
} as const satisfies Record<ReviewSummary['verdict'], string>;

/** GitHub refuses a whole review for one body above 65,536 characters. */
const MAX_BODY_CHARACTERS = 60_000;

/**
 * A review as the body of GitHub's "create a review for a pull request": event, body, and one comment on the new side for
 * each finding that is not muted. A comment with a suggestion stands on the suggestion's lines, because these are what
 * GitHub replaces. Every comment ends in a hidden mark with the finding's id, so that a bot can tell what it said before.
 * `commit_id` is left out when the head is not a commit. Ends in a newline. Pure.
 */
export function formatReviewGithub(review: Review): string {
  const { head } = review.range;
  const findings = unmutedFindings(review);
  const body = [
    `**Review: ${VERDICT_WORDS[review.summary.verdict]}**`,
    summaryLine(review),
    ...(review.summary.what.trim() === '' ? [] : [markdownBlock(review.summary.what)]),
    ...leftOutBlocks(review),
  ];
  const request: JsonObject = {
    ...(/^[0-9a-f]{40}$/.test(head) ? { commit_id: head } : {}),
    event: EVENTS[review.summary.verdict],
    body: joinWithin(body, ''),
    comments: findings.map(comment),
  };
  return `${jsonText(request, 2)}\n`;
}

function comment(finding: Finding): JsonObject {
  const [start, end] = finding.suggestion?.range ?? finding.range;
  const moved = start !== finding.range[0] || end !== finding.range[1];
  const blocks = [
    `**${finding.severity}: ${findingTitle(finding)}**`,
    moved ? `${findingFacts(finding)} · lines ${rangeText(finding.range)}` : findingFacts(finding),
    ...findingBlocks(finding),
  ];
  const mark = `\n\n<!-- crewfile:${finding.id.replace(/[^\w]/g, '')} -->`;
  return {
    path: finding.path,
    ...(start === end ? {} : { start_line: start, start_side: 'RIGHT' }),
    line: end,
    side: 'RIGHT',
    body: joinWithin(blocks, mark),
  };
}

/** Joins as many blocks as fit, so that nothing is cut inside a fence. */
function joinWithin(blocks: readonly string[], ending: string): string {
  const note = '\n\nThe rest is too long to be shown here.';
  let text = '';
  for (const block of blocks) {
    const next = text === '' ? block : `${text}\n\n${block}`;
    if (next.length + note.length + ending.length > MAX_BODY_CHARACTERS) return text + note + ending;
    text = next;
  }
  return text + ending;
}
