import type { Finding } from '../model/review.ts';

/**
 * The rule that a finding is filed under in machine formats: the first tool that found it (`oxlint:no-eval`), or
 * `crewfile:<category>` when only agents did, so that the set of rules stays small. Pure.
 */
export function reviewRule(finding: Finding): string {
  return finding.source.find(source => !source.startsWith('agent:')) ?? `crewfile:${finding.category}`;
}
