import type { MemoryWriteEffect } from '../model/effect.ts';
import type { MemoryWrite, MemoryWritten } from '../model/recall.ts';
import { creditLessons, type RetiredLesson } from './lessons/credit-lessons.ts';
import type { OpenMemory } from './open-memory.ts';
import { gatheredIn, settleGathered } from './stream/gathered.ts';
import { writeNotes } from './write-notes.ts';

/**
 * Does what a run wants to have remembered, all of it under the key of its effect, so that doing it again changes nothing.
 * Fails with MEMORY_*; what was not written then may be written again.
 */
export async function writeForWork(
  memory: OpenMemory,
  effect: MemoryWriteEffect,
  signal?: AbortSignal,
): Promise<MemoryWritten> {
  const { store, run } = memory;
  const { key, crew, phase, role, author, writes } = effect;
  const provenance = { runId: run?.runId ?? '', phase, role, key, author };
  const by = { ...provenance, crew };
  const notes = writes.flatMap(write => (write.op === 'note' ? [write.note] : []));
  const written = await writeNotes(memory, by, notes, signal);
  const retired: RetiredLesson[] = [];
  const lessons = writes.flatMap(write => (write.op === 'credit' ? write.lessons : []));
  for (const write of writes) {
    if (write.op === 'tried') retired.push(...(await creditLessons(memory, by, { tried: write, lessons })));
    if (write.op === 'expire') await expire(memory, write);
    if (write.op === 'settle') await settleGathered(memory, provenance, write);
  }
  await store.flush();
  const asked = writes.flatMap(write => (write.op === 'gather' ? write.scopes : []));
  const gathered = await gatheredIn(memory, [...notes.map(({ scope }) => scope), ...asked]);
  const why = Object.fromEntries(retired.map(({ id, reason }) => [id, reason]));
  return {
    notes: written,
    retired: retired.map(({ id }) => id),
    ...(retired.length === 0 ? {} : { retiredFor: why }),
    gathered,
    version: await store.version(),
  };
}

const MOST_NOTES = 10_000;

/** What expires earlier anyway stays as it is. */
async function expire(
  { store }: OpenMemory,
  { scope, at }: Extract<MemoryWrite, { op: 'expire' }>,
): Promise<void> {
  const notes = await store.find({ scopes: [scope], states: 'all' }, { limit: MOST_NOTES, order: 'oldest' });
  const lasting = notes.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > at);
  if (lasting.length === 0) return;
  await store.change(
    lasting.map(({ id }) => id),
    { expiresAt: at },
  );
}
