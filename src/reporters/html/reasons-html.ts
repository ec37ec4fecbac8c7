import { formatDuration } from '../amounts.ts';
import { type Reason, reasonWords } from '../why-text.ts';
import { wordsHtml } from './chips-html.ts';
import { escapeHtml } from './escape-html.ts';

/** Why the run went as it did: a row for each transition, turn and end, with the line of the file that says so. Pure. */
export function reasonsHtml(reasons: readonly Reason[], startedAt: number): string {
  return `<ol class="reasons">${reasons.map(reason => rowHtml(reason, startedAt)).join('')}</ol>`;
}

function rowHtml({ seq, event, written, details = [] }: Reason, startedAt: number): string {
  const { head, rows } = reasonWords(event);
  const phase = 'phase' in event ? event.phase : event.type === 'transition.taken' ? event.from : '';
  const role = 'role' in event ? event.role : '';
  const below = [...rows, ...details].map(row => `<li>${wordsHtml(row)}</li>`);
  const place =
    written === undefined
      ? ''
      : ` <code class="at">${escapeHtml(`${written.file}:${written.start.line}:${written.start.column}`)}</code>`;
  return `<li data-find data-phase="${escapeHtml(phase)}" data-role="${escapeHtml(role ?? '')}"><a href="#f${seq}">${seq}</a><time>${formatDuration(event.at - startedAt)}</time><div><span>${wordsHtml(head)}</span>${place}${below.length === 0 ? '' : `<ul>${below.join('')}</ul>`}</div></li>`;
}
