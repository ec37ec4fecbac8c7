import { formatDuration } from '../amounts.ts';
import { escapeHtml } from './escape-html.ts';
import { eventWords } from './event-words.ts';
import type { ReportedEvent } from './run-report.ts';

const MAX_WORDS = 160;
/** Rows of one block; a browser skips the blocks that nobody looks at. */
const BLOCK = 100;

/** Every event of a run on a line, with the number of its fact as an anchor. Pure. */
export function eventLogHtml(events: readonly ReportedEvent[], startedAt: number): string {
  const blocks: string[] = [];
  let last = 0;
  for (let at = 0; at < events.length; at += BLOCK) {
    const rows = events.slice(at, at + BLOCK).map(each => {
      const anchor = each.seq === last ? '' : ` id="f${each.seq}"`;
      last = each.seq;
      return rowHtml(each, startedAt, anchor);
    });
    blocks.push(`<ol class="log">${rows.join('')}</ol>`);
  }
  return blocks.join('\n');
}

function rowHtml({ seq, event }: ReportedEvent, startedAt: number, anchor: string): string {
  const phase = 'phase' in event ? event.phase : '';
  const role = 'role' in event && event.role !== undefined ? event.role : '';
  const words = eventWords(event).replace(/\s+/g, ' ').trim();
  const shown = words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS).toWellFormed()}…` : words;
  return `<li${anchor} data-find data-phase="${escapeHtml(phase)}" data-role="${escapeHtml(role)}"><a href="#f${seq}">${seq}</a><time>${formatDuration(event.at - startedAt)}</time><b>${event.type}</b><i>${escapeHtml(phase, { line: true })}</i><span>${escapeHtml(shown, { line: true })}</span></li>`;
}
