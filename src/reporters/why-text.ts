import { hintInRun } from '../model/crew-error.ts';
import type { SourceRange } from '../model/diagnostic.ts';
import type { GuardAsked, RunEvent } from '../model/run-event.ts';
import { formatDuration, formatQuantity } from './amounts.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { tallyText } from './tally-text.ts';

/**
 * One thing that moved a run on: an event, the number of the fact behind it, and the line of the file that says so.
 * `details` is what else is known, a line each: the failure that a way out of errors was taken for, what woke a
 * subscriber, the limit that was reached.
 */
export interface Reason {
  readonly seq: number;
  readonly event: RunEvent;
  readonly written?: SourceRange;
  readonly details?: readonly string[];
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
  { seq, event, written, details = [] }: Reason,
  { color, startedAt }: { readonly color: boolean; readonly startedAt: number },
): string {
  const { head, rows } = reasonWords(event);
  const place =
    written === undefined ? '' : `  ${cut(`${written.file}:${written.start.line}:${written.start.column}`)}`;
  const time = formatDuration(event.at - startedAt).padStart(7);
  const first = `${paint(`#${seq}`.padEnd(6), 'dim', color)}${time}  ${head}${paint(place, 'dim', color)}`;
  const below = [...rows, ...details.map(cut)];
  return [first, ...below.map(row => `${' '.repeat(15)}${row}`)].map(line => `${line}\n`).join('');
}

/** A reason in words: what happened, and what else is known of it. */
export interface ReasonWords {
  readonly head: string;
  readonly rows: readonly string[];
}

/** Why a run moved on, in words: a head and what else is known, a line each; cut, sanitised. Pure. */
export function reasonWords(event: RunEvent): ReasonWords {
  switch (event.type) {
    case 'run.started':
      return { head: 'the run began', rows: [] };
    case 'transition.taken':
      return transitionWords(event);
    case 'turn.started':
      return turnWords(event);
    case 'work.handed':
      return { head: `${event.phase}: ${HANDED[event.how](event)}`, rows: [cut(event.text)] };
    case 'phase.retried':
      return {
        head: `${event.phase}: attempt ${event.attempt}, because the one before failed (\`retry\`)`,
        rows: [failureLine(event.failure)],
      };
    case 'memory.recalled':
      return { head: `${event.phase}: ${remindedWords(event)}`, rows: remindedRows(event) };
    case 'lesson.used':
      return { head: `${event.phase}: uses the lesson ${event.id}`, rows: [cut(event.lesson)] };
    case 'memory.failed':
      return { head: `${event.phase}: goes on without memory`, rows: [failureLine(event.failure)] };
    case 'trial.judged':
      return {
        head: `${event.phase}: trial ${event.trial} ${event.passed ? 'passed' : 'did not pass'} (\`reflect\`)`,
        rows: [cut(event.feedback)].filter(row => row !== ''),
      };
    case 'answers.judged':
      return {
        head: `${event.phase}: one answer was taken by ${event.by === 'judge' ? 'the judge' : 'majority'} (\`vote\`)`,
        rows: [tallyText(event), ...because(event.reason)].map(cut),
      };
    case 'person.answered':
      return {
        head:
          event.afterMs === undefined
            ? `${event.phase}: ${cut(event.by)} answered`
            : `${event.phase}: nobody answered in ${formatDuration(event.afterMs)}, so the default was taken`,
        rows: [cut([event.choice, event.text].filter(part => part !== null).join(' · '))],
      };
    case 'run.suspended':
      return {
        head: 'the run stopped here, to be resumed',
        rows: [failureLine(event.failure), cut(hintInRun(event.failure) ?? '')],
      };
    case 'run.resumed':
      return { head: 'the run was resumed', rows: [] };
    case 'run.ended':
      return event.outcome === 'error'
        ? { head: `the run ended by an error of ${event.phase}`, rows: [failureLine(event.failure)] }
        : { head: `the run ended in ${event.outcome} at ${event.phase}`, rows: [] };
    default:
      return { head: event.type, rows: [] };
  }
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

function turnWords({ phase, role, turn, closing, reason }: EventOf<'turn.started'>): ReasonWords {
  if (closing === true) return { head: `${phase}: ${role} writes the artifact`, rows: because(reason) };
  const own = turn === 1 ? 'it begins' : 'all that it asked for was answered';
  return { head: `${phase}: turn ${turn} is ${role}'s`, rows: because(reason ?? own) };
}

/** Who was reminded, and of how much: `writer is reminded of 1 block and 2 notes`. */
function remindedWords({ notes, blocks }: EventOf<'memory.recalled'>): string {
  const roles = [...new Set([...notes, ...blocks].map(({ role }) => role))].filter(role => role !== '');
  const who = roles.length === 0 ? 'the work' : roles.join(', ');
  const are = roles.length > 1 ? 'are' : 'is';
  if (blocks.length === 0) return `${who} ${are} reminded of ${formatQuantity(notes.length, 'note')}`;
  const of = [formatQuantity(blocks.length, 'block'), formatQuantity(notes.length, 'note')];
  return `${who} ${are} reminded of ${of.join(' and ')}`;
}

function remindedRows({ notes, blocks, remarks }: EventOf<'memory.recalled'>): readonly string[] {
  const labels = [...new Set(blocks.map(({ label }) => label))];
  return [
    ...(labels.length === 0 ? [] : [`blocks ${labels.join(', ')}`]),
    ...notes.map(({ kind, id, gist }) => `${kind} ${id}: ${gist}`),
    ...remarks,
  ].map(cut);
}

function because(reason: string | undefined): readonly string[] {
  return reason === undefined || reason.trim() === '' ? [] : [cut(`because ${reason}`)];
}

const HANDED: { readonly [How in EventOf<'work.handed'>['how']]: (event: EventOf<'work.handed'>) => string } =
  {
    'hand-off': ({ from, to }) => `${from} handed over to ${to}`,
    delegation: ({ from, to }) => `${from} delegated to ${to}`,
    question: ({ from, to }) => `${from} asked ${to}`,
    'sent-back': ({ from, to }) => `${from} sent work back to ${to}`,
    accepted: ({ from, to }) => `${from} accepted the work of ${to}`,
    returned: ({ from, to }) => `${from} answered ${to}`,
  };

function transitionWords(event: EventOf<'transition.taken'>): ReasonWords {
  const { crew, from, to, guards = [] } = event;
  const inside = crew === undefined ? '' : `${crew}/`;
  return { head: `${inside}${from} → ${inside}${to}  ${wayWords(event)}`, rows: guards.map(guardLine) };
}

function wayWords({ from, way, limit, guards = [] }: EventOf<'transition.taken'>): string {
  if (way === 'on_error') return `because \`${from}\` failed (\`on_error\`)`;
  if (way === 'on_limit') return `because \`${limit ?? from}\` has no visits left (\`on_limit\`)`;
  if (way === 'subscribe') return 'because an artifact that it watches is new (`subscribe`)';
  if (guards.length === 0) return `because \`${from}\` completed (\`next\`)`;
  return guards.at(-1)?.held === true
    ? 'because its condition held (`next`)'
    : 'because no condition before it held (`next`)';
}

function guardLine({ when, held, values }: GuardAsked): string {
  const read = Object.entries(values).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
  const seen = read.length === 0 ? '' : ` (${read.join(', ')})`;
  return cut(`${held ? 'held' : 'did not hold'}: ${when}${seen}`);
}

function failureLine({ code, message }: { readonly code: string; readonly message: string }): string {
  return cut(`${code}: ${message}`);
}

function cut(text: string): string {
  const line = sanitizeText(text.replace(/\s+/g, ' ').trim());
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT).toWellFormed()}…` : line;
}
