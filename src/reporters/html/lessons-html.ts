import { phaseChip } from './chips-html.ts';
import { escapeHtml } from './escape-html.ts';
import type { ReportedEvent } from './run-report.ts';

/** What was learned from trials that did not pass, what earlier runs had learned and this one used, and how often. Pure. */
export function lessonsHtml(events: readonly ReportedEvent[]): {
  readonly html: string;
  readonly count: number;
} {
  const rows = events.flatMap(({ seq, event }) =>
    event.type === 'lesson.learned'
      ? [
          `<li data-find data-phase="${escapeHtml(event.phase)}" data-role=""><a href="#f${seq}">${seq}</a><span>${phaseChip(event.phase)} trial ${event.trial}</span><div>${escapeHtml(event.lesson)}</div></li>`,
        ]
      : event.type === 'lesson.used'
        ? [
            `<li data-find data-phase="${escapeHtml(event.phase)}" data-role=""><a href="#f${seq}">${seq}</a><span>${phaseChip(event.phase)} of an earlier run</span><div>${escapeHtml(event.lesson)} <span class="muted">${escapeHtml(event.why)}</span></div></li>`,
          ]
        : [],
  );
  return { html: `<ol class="reasons">${rows.join('')}</ol>`, count: rows.length };
}
