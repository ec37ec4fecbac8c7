import { type Finding, type Review, SEVERITIES } from '../model/review.ts';
import { findingBlocks, findingFacts, findingTitle } from './finding-markdown.ts';
import { markdownBlock, markdownLine } from './markdown-block.ts';
import { codeSpan, markdownInline } from './markdown-inline.ts';
import { droppedText, rangeText, summaryLine, unmutedFindings, VERDICT_WORDS } from './review-words.ts';

/**
 * A review as people read it on a terminal or under a pull request: the verdict, what the change does, the findings by
 * severity with place, reason, evidence and suggestion, then what was muted or left out and why. Short when there is
 * nothing to say. GitHub-flavoured Markdown that ends in a newline; the text of agents cannot fake its structure. Pure.
 */
export function formatReviewMarkdown(review: Review): string {
  const blocks = [
    `# Review: ${VERDICT_WORDS[review.summary.verdict]}`,
    summaryLine(review),
    ...(review.summary.what.trim() === '' ? [] : [markdownBlock(review.summary.what)]),
    ...severitySections(unmutedFindings(review)),
    ...leftOutBlocks(review),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What is not among the findings: muted ones with their reasons, dropped counts, notices. Pure. */
export function leftOutBlocks(review: Review): readonly string[] {
  const muted = review.findings.filter(finding => finding.muted !== undefined);
  const dropped = droppedText(review.dropped);
  const notices = review.notices.filter(notice => notice.trim() !== '');
  return [
    ...(muted.length === 0 ? [] : [mutedList(muted)]),
    ...(dropped === undefined ? [] : [`Left out: ${dropped}.`]),
    ...(notices.length === 0 ? [] : ['Notices:', noticeList(notices)]),
  ];
}

function severitySections(findings: readonly Finding[]): readonly string[] {
  return SEVERITIES.flatMap(severity => {
    const group = findings.filter(finding => finding.severity === severity);
    if (group.length === 0) return [];
    const heading = `## ${severity.slice(0, 1).toUpperCase()}${severity.slice(1)} (${group.length})`;
    return [heading, ...group.flatMap(findingSection)];
  });
}

function findingSection(finding: Finding): readonly string[] {
  const place = codeSpan(`${finding.path}:${rangeText(finding.range)}`);
  return [`### ${place} ${findingTitle(finding)}`, findingFacts(finding), ...findingBlocks(finding)];
}

function mutedList(muted: readonly Finding[]): string {
  const items = muted.map(finding => {
    const place = codeSpan(`${finding.path}:${rangeText(finding.range)}`);
    const sources = finding.source.map(codeSpan).join(', ');
    return `- ${place} ${findingTitle(finding)} (${sources}) – muted: ${markdownInline(finding.muted ?? '')}`;
  });
  const summary = `${muted.length} muted ${muted.length === 1 ? 'finding' : 'findings'}`;
  return `<details>\n<summary>${summary}</summary>\n\n${items.join('\n')}\n\n</details>`;
}

function noticeList(notices: readonly string[]): string {
  return notices.map(notice => `- ${markdownLine(notice)}`).join('\n');
}
