import type { LessonRecord, MemoryNote, MemoryProvenance, MemoryScope } from '../../model/memory.ts';
import type { MemoryWrite } from '../../model/recall.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { changeId } from '../note-hash.ts';
import type { OpenMemory } from '../open-memory.ts';
import { figuresOf, type LessonFigures, reasonToRetire } from './judge-lesson.ts';
import { keepTried, phaseTag, tallyOf } from './tried-notes.ts';

/**
 * Credits a first trial to the lessons that it had, and retires those whose figures say so; gives their ids. What counts is
 * worked out of the trials that are kept, so a repetition, or two runs at once, count nothing twice. Fails as the store does.
 */
export async function creditLessons(
  memory: OpenMemory,
  by: MemoryProvenance & { readonly crew: string },
  {
    tried,
    lessons,
  }: { readonly tried: Extract<MemoryWrite, { op: 'tried' }>; readonly lessons: readonly string[] },
): Promise<readonly string[]> {
  await keepTried(memory, by, tried, lessons);
  const retired: string[] = [];
  for (const id of lessons) {
    if (await creditLesson(memory, by, { id, tried })) retired.push(id);
  }
  return retired;
}

/** What is known of how a lesson does, in the phase that taught it or another one; a lesson without a phase has no figures to hold against. */
export async function lessonFigures(
  store: Pick<MemoryStore, 'count'>,
  lesson: Pick<MemoryNote, 'id' | 'crew' | 'tags'>,
  at?: { readonly scope: MemoryScope; readonly phase: string },
): Promise<LessonFigures> {
  const tag = lesson.tags.find(one => one.startsWith(phaseTag('')));
  const { scope, phase } = at ?? { scope: `crew:${lesson.crew}`, phase: tag?.slice(phaseTag('').length) };
  const of = phase === undefined ? { scope } : { scope, phase };
  const [all, own] = await Promise.all([tallyOf(store, of), tallyOf(store, { ...of, lesson: lesson.id })]);
  return figuresOf(own, { passes: all.passes - own.passes, fails: all.fails - own.fails });
}

/** More changes of one lesson in one run than there are. */
const MOST_CHANGES = 1000;

async function creditLesson(
  memory: OpenMemory,
  by: MemoryProvenance & { readonly crew: string },
  { id, tried }: { readonly id: string; readonly tried: Extract<MemoryWrite, { op: 'tried' }> },
): Promise<boolean> {
  const { store } = memory;
  const [found] = await store.get([id]);
  const note = found?.note;
  // Whoever forgets a lesson while it is used need not hear of it again.
  if (note?.lesson === undefined) return false;
  const { scope, phase } = tried;
  const figures = await lessonFigures(store, note, { scope, phase });
  const own = await tallyOf(store, { scope, lesson: id });
  const lesson: LessonRecord = { ...note.lesson, ...own, uses: own.passes + own.fails };
  const change = changeId({
    target: id,
    action: 'retire',
    cause: JSON.stringify([by.runId, by.key]),
  });
  const reason = note.state === 'active' ? reasonToRetire(figures, lesson) : undefined;
  if (reason === undefined) {
    await store.change([id], { lesson });
    if (note.state !== 'retired') return false;
    // This very write may have retired it before its process was killed.
    const made = await store.changes({ target: id, runId: by.runId }, { limit: MOST_CHANGES });
    return made.some(one => one.id === change);
  }
  const { crew: _crew, ...provenance } = by;
  await store.record([
    {
      ...{ id: change, at: memory.now(), by: provenance, what: 'note', target: id, action: 'retire' },
      reason,
    },
  ]);
  await store.change([id], { state: 'retired', lesson: { ...lesson, retiredFor: reason } });
  return true;
}
