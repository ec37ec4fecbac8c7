import type { JsonValue } from '../../model/json.ts';
import { formatAnswers } from '../answers-text.ts';
import { isAnswers } from '../is-answers.ts';
import { isReview } from '../is-review.ts';
import { formatReviewMarkdown } from '../review-markdown.ts';
import { summarizeValue } from '../summarize-value.ts';
import type { Anchors } from './anchors.ts';
import { inBlocks } from './blocks-html.ts';
import { phaseChip } from './chips-html.ts';
import { escapeHtml } from './escape-html.ts';
import { markdownHtml } from './markdown-html.ts';
import type { Paper } from './paper.ts';
import { valueHtml } from './value-html.ts';

/** What came out of work as people read it: a review as a review, text as Markdown, anything else by its fields. Pure but for the paper. */
export function artifactHtml(value: JsonValue, paper: Paper): string {
  if (typeof value === 'string')
    return value.trim() === '' ? '<p class="muted">empty</p>' : paper.text(value, markdownHtml);
  if (isReview(value)) return paper.text(formatReviewMarkdown(value), markdownHtml);
  if (isAnswers(value)) return paper.text(formatAnswers(value), markdownHtml);
  return valueHtml(value, paper);
}

/** All artifacts by the path of their phase, folded. Pure but for the paper. */
export function artifactsHtml(
  artifacts: { readonly [phase: string]: JsonValue },
  { paper, anchors }: { readonly paper: Paper; readonly anchors: Anchors },
): string {
  const rows = Object.entries(artifacts).map(
    ([phase, value]) =>
      `<details class="artifact" id="${anchors.artifacts.get(phase)}" data-find data-phase="${escapeHtml(phase)}" data-role=""><summary>${phaseChip(phase)}<span class="came">${escapeHtml(summarizeValue(value))}</span></summary><div class="inside">${artifactHtml(value, paper)}</div></details>`,
  );
  return inBlocks(rows);
}
