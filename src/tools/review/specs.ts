import type { ToolSpec } from '../../model/tool-spec.ts';

/** The static reviewers that `builtin:review` offers. */
export const REVIEW_SPECS: readonly ToolSpec[] = [];
