import type { JsonValue } from '../model/json.ts';
import type { RunEvent } from '../model/run-event.ts';

/** Counts the notes of a run that wait for a person. */
export interface HeldBackWatch {
  take(event: RunEvent): void;
  /** What to say of them, or undefined where there are none. */
  words(): string | undefined;
}

/** Watches the notes of one run, those that its roles keep by tools included; each note counts once. */
export function createHeldBackWatch(): HeldBackWatch {
  const ids = new Set<string>();
  return {
    take(event) {
      for (const id of heldBackIn(event)) ids.add(id);
    },
    words: () => (ids.size === 0 ? undefined : heldBackWords(ids.size)),
  };
}

/** How many notes wait for a person, and the command that shows them. Pure. */
export function heldBackWords(count: number): string {
  const [wait, them] = count === 1 ? ['1 note waits', 'it'] : [`${count} notes wait`, 'them'];
  return `${wait} for a person; \`crew memory list --state quarantined\` shows ${them}`;
}

function heldBackIn(event: RunEvent): readonly string[] {
  if (event.type === 'memory.written') {
    return event.notes.flatMap(({ id, state }) => (state === 'quarantined' ? [id] : []));
  }
  if (event.type !== 'tool.ended' || event.outcome !== 'returned') return [];
  if (!event.tool.endsWith('.archive_insert') || !isHeldBack(event.value)) return [];
  return [event.value.id];
}

function isHeldBack(value: JsonValue): value is { readonly id: string; readonly state: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return 'id' in value && typeof value.id === 'string' && 'state' in value && value.state === 'quarantined';
}
