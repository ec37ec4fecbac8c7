import type { Review } from '../model/review.ts';
import { colorMarkdown } from './color-markdown.ts';
import { jsonText } from './json-text.ts';
import { formatReviewGithub } from './review-github.ts';
import { formatReviewMarkdown } from './review-markdown.ts';
import { formatReviewRdjson } from './review-rdjson.ts';
import { formatReviewSarif } from './review-sarif.ts';

/** The formats of a review, in the order in which they are offered. */
export const REVIEW_FORMATS = ['markdown', 'json', 'sarif', 'rdjson', 'github'] as const;
export type ReviewFormat = (typeof REVIEW_FORMATS)[number];

/** What formats need besides the review: the version of this program, and whether a terminal shows colours. */
export interface ReviewFormatOptions {
  readonly version: string;
  readonly color?: boolean;
}

const FORMATTERS = {
  markdown: (review, options) => {
    const markdown = formatReviewMarkdown(review);
    return options.color === true ? colorMarkdown(markdown) : markdown;
  },
  json: review => `${jsonText(review, 2)}\n`,
  sarif: formatReviewSarif,
  rdjson: formatReviewRdjson,
  github: formatReviewGithub,
} as const satisfies Record<ReviewFormat, (review: Review, options: ReviewFormatOptions) => string>;

/** A review in one of the formats, ending in a newline. Only Markdown is coloured. Pure. */
export function formatReview(review: Review, format: ReviewFormat, options: ReviewFormatOptions): string {
  return FORMATTERS[format](review, options);
}
