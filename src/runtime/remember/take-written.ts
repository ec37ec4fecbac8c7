import type { MemoryWriteEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { RunEvent } from '../../model/run-event.ts';

/** What came of the wish to have something remembered. */
export type WrittenFact = Extract<Fact, { type: 'memory.written' | 'memory.failed' }>;

/** What watchers are told when something was remembered, or could not be; nothing where only figures were counted. Pure. */
export function writtenEvents(fact: WrittenFact, wish: MemoryWriteEffect): readonly RunEvent[] {
  const { at } = fact;
  const { phase } = wish;
  if (fact.type === 'memory.failed') return [{ at, type: 'memory.failed', phase, failure: fact.failure }];
  const { notes, retired, retiredFor } = fact.written;
  const wished = wish.writes.flatMap(write => (write.op === 'note' ? [write.note] : []));
  const rows = notes.flatMap(({ id, state, reason, gaveWay }, index) => {
    const note = wished[index];
    if (note === undefined) return [];
    const { kind, text } = note;
    const told = reason === undefined ? {} : { reason };
    return [{ id, kind, text, state, ...told, ...(gaveWay === undefined ? {} : { gaveWay }) }];
  });
  if (rows.length === 0 && retired.length === 0) return [];
  const why = retiredFor === undefined ? {} : { retiredFor };
  return [{ at, type: 'memory.written', phase, notes: rows, retired, ...why }];
}
