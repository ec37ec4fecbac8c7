import type { ToolContext } from '../../ports/tool.ts';
import type { Change } from './change.ts';
import { reviewDesign } from './design-reviewer.ts';
import { reviewByLinter } from './linter-reviewer.ts';
import { readChange, requestChange } from './read-change.ts';
import type { ReviewerReport } from './reviewer.ts';
import { reviewByRules } from './rule-reviewer.ts';
import { reviewSecrets } from './secret-reviewer.ts';
import { createSharedWork } from './shared-work.ts';
import { reviewTests } from './tests-reviewer.ts';
import { reviewText } from './text-rules.ts';

type Reviewer = (change: Change, signal: AbortSignal) => Promise<ReviewerReport>;

/** Every reviewer, one row each. */
const REVIEWERS = {
  linter: reviewByLinter,
  rules: reviewByRules,
  secrets: reviewSecrets,
  text: async change => reviewText(change),
  tests: reviewTests,
  design: reviewDesign,
} as const satisfies Record<string, Reviewer>;

export type ReviewerName = keyof typeof REVIEWERS;

/** One change that a tool call asks about. */
interface OpenedChange {
  change(): Promise<Change>;
  review(name: ReviewerName): Promise<ReviewerReport>;
}

/** Opens changes; work on the same one is shared between calls. */
export interface ReviewWork {
  open(range: string, context: Pick<ToolContext, 'workspace' | 'signal'>): Promise<OpenedChange>;
}

/**
 * Makes a keeper of review work: a change between commits is read once and kept for a while; of the working tree only
 * calls that overlap see the same reading. A reviewer runs once for each reading.
 */
export function createReviewWork(): ReviewWork {
  const shared = createSharedWork();
  const numberOf = numberReadings();
  return {
    open: async (range, { workspace, signal }) => {
      const request = await requestChange({ workspace, range, signal });
      const keep = request.fixed;
      // A call sees one state of the working tree, even when it changes while the call runs.
      let reading: Promise<Change> | undefined;
      const change = () => {
        const key = `change\0${request.key}`;
        reading ??= shared.share({ key, keep, signal, work: inner => readChange(request, inner) });
        return reading;
      };
      return {
        change,
        review: async name => {
          const read = await change();
          const key = `${name}\0${numberOf(read)}`;
          return shared.share({ key, keep, signal, work: inner => REVIEWERS[name](read, inner) });
        },
      };
    },
  };
}

/** Numbers readings of changes by identity. */
function numberReadings(): (change: Change) => number {
  const numbers = new WeakMap<Change, number>();
  let last = 0;
  return change => {
    const known = numbers.get(change);
    if (known !== undefined) return known;
    last += 1;
    numbers.set(change, last);
    return last;
  };
}
