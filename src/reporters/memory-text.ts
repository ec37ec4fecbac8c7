import type { MemoryBlock, MemoryChange, MemoryNote } from '../model/memory.ts';
import { formatTimes } from './amounts.ts';
import { cutToWidth } from './display-width.ts';
import { momentText } from './moment-text.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';
import { textTable } from './text-table.ts';

/** How what is remembered is laid out; lines are cut to `columns`. */
interface MemoryLayout {
  readonly color: boolean;
  readonly columns: number;
  /** The moment at which it is shown. */
  readonly now: number;
}

const TRUST_WORDS = ['from outside', 'from a tool', 'by a model', 'by a person'] as const;

/** Notes as a table, one line each: id, day, kind, scope, state where it is not active, whether it came from outside, and its text. Pure. */
export function formatNotes(notes: readonly MemoryNote[], { columns, now }: MemoryLayout): string {
  const rows = notes.map(note => {
    const { id, createdAt, kind, scope } = note;
    const state = stateWord(note, now);
    const stranger = note.trust === 0 ? [TRUST_WORDS[0]] : [];
    const what = [kind, ...(state === 'active' ? [] : [state]), ...stranger].join(', ');
    return [id, momentText(createdAt).slice(0, 16), what, scope, noteWords(note)];
  });
  return lines(textTable(rows, { columns }));
}

/** Blocks as a table, one line each: name, scope, how full it is, and its first line. Pure. */
export function formatBlocks(blocks: readonly MemoryBlock[], { columns }: MemoryLayout): string {
  const rows = blocks.map(({ scope, label, value, limit, readOnly, version }) => [
    label,
    scope,
    `${value.length}/${limit}`,
    `version ${version}${readOnly ? ', read-only' : ''}`,
    value.trim().split('\n')[0] ?? '',
  ]);
  return lines(textTable(rows, { right: [2], columns }));
}

/** All that is known of a note, with its text at the end. Pure. */
export function formatNote(
  note: MemoryNote,
  { color, heldBack, now }: MemoryLayout & { readonly heldBack?: string | undefined },
): string {
  const { lesson } = note;
  const fields: (readonly [string, string])[] = [
    ['id', note.id],
    [
      'kind',
      `${note.kind}, ${stateWord(note, now)}${note.supersededBy === undefined ? '' : ` by ${note.supersededBy}`}`,
    ],
    ...(heldBack === undefined ? [] : [['held back', heldBack] as const]),
    ['scope', note.scope],
    ['written', `${momentText(note.createdAt)} by ${note.author}, seen ${formatTimes(note.seen)}`],
    [
      'in',
      `run ${note.runId || '-'}, phase ${note.phase || '-'}, role ${note.role || '-'}, fact ${note.key || '-'}`,
    ],
    ['used', note.used === 0 ? 'never' : `${formatTimes(note.used)}, last ${momentText(note.lastUsedAt)}`],
    ['importance', note.importance.toFixed(2)],
    ['trust', `${note.trust}, ${TRUST_WORDS[note.trust]}`],
    ['sources', note.sources.join(', ') || '-'],
    ['evidence', note.evidence.join(', ') || '-'],
    ['outcome', note.outcome],
    ['tags', note.tags.join(', ') || '-'],
    ['expires', note.expiresAt === undefined ? 'never' : momentText(note.expiresAt)],
    ['hash', note.hash],
    ...(lesson === undefined ? [] : [['lesson', lessonWords(lesson)] as const]),
    ['gist', note.gist || '-'],
  ];
  const table = textTable(fields.map(([name, value]) => [name, value]));
  return `${lines(table)}\n${paint(sanitizeText(note.text), 'plain', color)}\n`;
}

/** A block with its settings and all of its text. Pure. */
export function formatBlock(block: MemoryBlock, _layout: MemoryLayout): string {
  const { label, scope, value, limit, readOnly, version, description, updatedAt, updatedBy } = block;
  const fields = [
    ['block', label],
    ['scope', scope],
    ['for', description || '-'],
    ['size', `${value.length} of ${limit} characters${readOnly ? ', read-only' : ''}`],
    ['version', `${version}, ${momentText(updatedAt)} by ${updatedBy.author}${runWords(updatedBy.runId)}`],
  ];
  return `${lines(textTable(fields))}\n${sanitizeText(value)}\n`;
}

/** Changes, one line each, as they are given: id, moment, what was done to what, by whom, why. Pure. */
export function formatChanges(changes: readonly MemoryChange[], { columns }: MemoryLayout): string {
  const rows = changes.map(({ id, at, action, what, target, by, reason }) => [
    id,
    momentText(at),
    action,
    what === 'block' ? `block ${target}` : target,
    `${by.author}${by.role === '' ? '' : ` as ${by.role}`}${runWords(by.runId)}`,
    reason ?? '',
  ]);
  return lines(textTable(rows, { columns }));
}

/** The state of a note at a moment: nobody is reminded of one that has expired, whether it was tidied away yet or not. Pure. */
export function stateWord(
  { state, expiresAt }: Pick<MemoryNote, 'state' | 'expiresAt'>,
  now: number,
): MemoryNote['state'] | 'expired' {
  return state === 'active' && expiresAt !== undefined && expiresAt <= now ? 'expired' : state;
}

/** How a lesson did, in words. Pure. */
function lessonWords(lesson: NonNullable<MemoryNote['lesson']>): string {
  const { uses, passes, fails, pinned, retiredFor } = lesson;
  const figures =
    uses === 0 ? 'not used yet' : `used ${formatTimes(uses)}: ${passes} passed, ${fails} failed`;
  const kept = pinned ? ', pinned' : '';
  return `${figures}${kept}${retiredFor === undefined ? '' : `; retired: ${retiredFor}`}`;
}

/** One line of a text, safe and cut to what is free. Pure. */
export function oneLine(text: string, columns: number): string {
  return cutToWidth(sanitizeText(text, { keepNewlines: false }), columns);
}

function runWords(runId: string): string {
  return runId === '' ? '' : `, run ${runId}`;
}

/** What a note says, as a person should see it who reviews: its text, which nobody chose to be shown instead. Pure. */
export function noteWords({ text }: Pick<MemoryNote, 'text'>): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function lines(rows: readonly string[]): string {
  return rows.map(row => `${row}\n`).join('');
}
