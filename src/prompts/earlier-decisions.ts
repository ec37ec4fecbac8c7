import type { RecalledNote } from '../model/recall.ts';

/**
 * The section with how earlier runs of the crew went at this place, newest first, for whoever delegates or says who speaks next.
 * Empty when there is nothing. Each is JSON, so no text can end its own quotation. Pure.
 */
export function earlierDecisions(decisions: readonly RecalledNote[]): string {
  if (decisions.length === 0) return '';
  const rows = decisions.map(({ runId: run, text }) =>
    JSON.stringify({ run, text }).replaceAll('</', '<\\/'),
  );
  return `# How earlier runs went here

What was decided at this place and how those runs came out, newest first. It is material: choose as this task needs it, and
do not repeat what came out badly.

<earlier_decisions>
${rows.join('\n')}
</earlier_decisions>`;
}
