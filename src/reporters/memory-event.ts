import { gaveWayIn } from '../model/gave-way.ts';
import type { NoteKind } from '../model/memory.ts';
import type { GaveWay } from '../model/recall.ts';
import type { RememberedNote, RunEvent } from '../model/run-event.ts';

/** An event about what is remembered. */
export type MemoryEvent = Extract<
  RunEvent,
  { type: 'memory.recalled' | 'memory.written' | 'memory.failed' | 'lesson.used' }
>;

const TYPES: ReadonlySet<RunEvent['type']> = new Set<MemoryEvent['type']>([
  'memory.recalled',
  'memory.written',
  'memory.failed',
  'lesson.used',
]);

/** Whether an event is about what is remembered. Pure. */
export function isMemoryEvent(event: RunEvent): event is MemoryEvent {
  return TYPES.has(event.type);
}

/** One line about memory; `isTrouble` when something was left out or waits for a person. */
export interface MemoryLine {
  readonly text: string;
  readonly isTrouble: boolean;
}

/** What was recalled and why, or remembered, one line each; foreign text is in them as it is, on one line. Pure. */
export function memoryLines(event: MemoryEvent): readonly MemoryLine[] {
  switch (event.type) {
    case 'memory.recalled':
      return [...event.notes.map(noteLine), ...blockLines(event), ...event.remarks.map(trouble)];
    case 'lesson.used':
      return [plain(`uses the lesson: ${event.lesson}${reasoned(event.why)}`)];
    case 'memory.written':
      return [
        ...event.notes.flatMap(({ kind, text, state, reason, gaveWay = [] }) => {
          const line = `${WRITTEN[state]} ${KINDS[kind]}: ${text}${reasoned(reason ?? '')}`;
          const isHeld = state === 'quarantined' || state === 'refused';
          return [isHeld ? trouble(line) : plain(line), ...gaveWay.map(gaveWayLine)];
        }),
        ...event.retired.map(id => plain(`retired the lesson ${id}${whyRetired(event.retiredFor?.[id])}`)),
      ];
    case 'memory.failed':
      return [trouble(`goes on without memory: ${event.failure.code}: ${event.failure.message}`)];
  }
}

/** What gave way to a note that a role kept by a tool, one line each. Pure. */
export function gaveWayLines(event: Extract<RunEvent, { type: 'tool.ended' }>): readonly MemoryLine[] {
  if (event.outcome !== 'returned' || !event.tool.endsWith('.archive_insert')) return [];
  return gaveWayIn(event.value).map(gaveWayLine);
}

function gaveWayLine({ id, text, reason }: GaveWay): MemoryLine {
  return plain(`${id} gives way to it: ${text}${reasoned(reason)}`);
}

/** The figures, where they are known. */
function whyRetired(reason: string | undefined): string {
  return reason === undefined ? ', which does not help' : `: ${reason}`;
}

const WRITTEN = {
  new: 'remembers the',
  merged: 'knew the',
  quarantined: 'keeps aside, for a person to look at, the',
  refused: 'does not remember the',
} as const;

const KINDS: { readonly [Kind in NoteKind]: string } = {
  observation: 'observation',
  lesson: 'lesson',
  insight: 'insight',
  plan: 'plan',
  decision: 'decision',
  fact: 'fact',
  message: 'message',
  summary: 'summary',
};

function noteLine({ role, kind, gist, why }: RememberedNote): MemoryLine {
  const who = role === '' ? '' : `${role} `;
  return plain(`${who}is reminded of the ${KINDS[kind]}: ${gist}${reasoned(why)}`);
}

function blockLines({ blocks }: Extract<MemoryEvent, { type: 'memory.recalled' }>): readonly MemoryLine[] {
  const roles = [...new Set(blocks.map(({ role }) => role))];
  return roles.map(role => {
    const labels = blocks.filter(block => block.role === role).map(({ label }) => label);
    return plain(`${role} reads its ${labels.length === 1 ? 'block' : 'blocks'} ${labels.join(', ')}`);
  });
}

function reasoned(why: string): string {
  return why === '' ? '' : ` (${why})`;
}

function plain(text: string): MemoryLine {
  return { text: text.replaceAll(/\s+/g, ' ').trim(), isTrouble: false };
}

function trouble(text: string): MemoryLine {
  return { ...plain(text), isTrouble: true };
}
