import type { Reminder } from '../../model/context-shares.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { FoldStep } from './fold-run.ts';

/** What the work of a recorded run began with, out of the steps of its fold: each once for whoever was reminded of it. Pure. */
export function readReminders(steps: readonly FoldStep[]): readonly Reminder[] {
  const first = new Map<string, Reminder>();
  for (const effect of steps.flatMap(({ effects }) => effects)) {
    if (effect.type !== 'event.publish') continue;
    for (const reminder of remindersOf(effect.event)) {
      const key = JSON.stringify([reminder.phase, reminder.role, reminder.what, reminder.id]);
      if (!first.has(key)) first.set(key, reminder);
    }
  }
  return [...first.values()];
}

function remindersOf(event: RunEvent): readonly Reminder[] {
  if (event.type === 'lesson.used') {
    const { phase, id, lesson: gist } = event;
    return [{ phase, role: '', what: 'lesson', id, gist }];
  }
  if (event.type !== 'memory.recalled') return [];
  const { phase, blocks, notes } = event;
  return [
    ...blocks.map(({ role, label: id, version }) => {
      const gist = version === 0 ? 'as declared' : `version ${version}`;
      return { phase, role, what: 'block', id, gist } as const;
    }),
    ...notes.map(({ role, kind: what, id, gist }) => ({ phase, role, what, id, gist })),
  ];
}
