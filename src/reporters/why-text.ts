import type { SourceRange } from '../model/diagnostic.ts';
import type { GuardAsked, RunEvent } from '../model/run-event.ts';
import { formatDuration } from './amounts.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/** One thing that moved a run on: an event, the number of the fact behind it, and the line of the file that says so. */
export interface Reason {
  readonly seq: number;
  readonly event: RunEvent;
  readonly written?: SourceRange;
}

const MAX_TEXT = 160;

/** Why a run went as it did, for people: one paragraph for each transition, turn and end, in order. Pure. */
export function formatReasons(
  reasons: readonly Reason[],
  { color, startedAt }: { readonly color: boolean; readonly startedAt: number },
): string {
  return reasons.map(reason => paragraph(reason, { color, startedAt })).join('');
}

function paragraph(
  { seq, event, written }: Reason,
  { color, startedAt }: { readonly color: boolean; readonly startedAt: number },
): string {
  const { head, rows } = wordsOf(event);
  const place =
    written === undefined ? '' : `  ${written.file}:${written.start.line}:${written.start.column}`;
  const time = formatDuration(event.at - startedAt).padStart(7);
  const first = `${paint(`#${seq}`.padEnd(6), 'dim', color)}${time}  ${head}${paint(place, 'dim', color)}`;
  return [first, ...rows.map(row => `${' '.repeat(15)}${row}`)].map(line => `${line}\n`).join('');
}

interface Words {
  readonly head: string;
  readonly rows: readonly string[];
}

function wordsOf(event: RunEvent): Words {
  switch (event.type) {
    case 'transition.taken':
      return transitionWords(event);
    case 'turn.started': {
      const why = event.reason ?? (event.closing === true ? 'writes the artifact' : 'begins');
      return { head: `${event.phase}: turn of ${event.role}`, rows: [cut(why)] };
    }
    case 'work.handed':
      return { head: `${event.phase}: ${event.from} → ${event.to} (${event.how})`, rows: [cut(event.text)] };
    case 'phase.retried':
      return {
        head: `${event.phase}: attempt ${event.attempt}`,
        rows: [cut(`${event.failure.code}: ${event.failure.message}`)],
      };
    case 'person.answered':
      return {
        head: `${event.phase}: ${event.by} answered`,
        rows: [cut([event.choice, event.text].filter(part => part !== null).join(' · '))],
      };
    case 'run.suspended':
      return { head: 'the run waited', rows: [cut(`${event.failure.code}: ${event.failure.message}`)] };
    case 'run.resumed':
      return { head: 'the run was resumed', rows: [] };
    case 'run.ended':
      return event.outcome === 'error'
        ? {
            head: `ended by an error at ${event.phase}`,
            rows: [cut(`${event.failure.code}: ${event.failure.message}`)],
          }
        : { head: `ended in ${event.outcome} at ${event.phase}`, rows: [] };
    default:
      return { head: event.type, rows: [] };
  }
}

const WAYS = {
  next: 'because it completed',
  on_error: 'by `on_error`, because it failed',
  on_limit: 'by `on_limit`',
  subscribe: 'by `subscribe`, because what it watches was published',
} as const;

function transitionWords(event: Extract<RunEvent, { type: 'transition.taken' }>): Words {
  const { crew, from, to, way, limit, guards = [] } = event;
  const inside = crew === undefined ? '' : `${crew}: `;
  const limited = limit === undefined ? '' : `: \`${limit}\` has no visits left`;
  const otherwise = guards.length > 0 && guards.at(-1)?.held === false ? ', because no condition held' : '';
  const why = otherwise === '' || way !== 'next' ? `${WAYS[way]}${limited}` : otherwise.slice(2);
  return { head: `${inside}${from} → ${to}  ${why}`, rows: guards.map(guardLine) };
}

function guardLine({ when, held, values }: GuardAsked): string {
  const read = Object.entries(values).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
  const seen = read.length === 0 ? '' : `  (${read.join(', ')})`;
  return cut(`${held ? 'held' : 'did not hold'}: ${when}${seen}`);
}

function cut(text: string): string {
  const line = sanitizeText(text.replace(/\s+/g, ' ').trim());
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT).toWellFormed()}…` : line;
}
