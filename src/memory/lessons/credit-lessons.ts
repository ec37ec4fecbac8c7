import type { LessonRecord, MemoryNote, MemoryProvenance, MemoryScope } from '../../model/memory.ts';
import type { MemoryWrite } from '../../model/recall.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { changeId } from '../note-hash.ts';
import type { OpenMemory } from '../open-memory.ts';
import { figuresOf, type LessonFigures, reasonToRetire } from './judge-lesson.ts';
import {
  criterionIn,
  criterionTag,
  keepTried,
  phaseTag,
  type TrialPool,
  tallyOf,
  teachingTrial,
  withoutTrial,
} from './tried-notes.ts';

/** A lesson that was retired, and why. */
export interface RetiredLesson {
  readonly id: string;
  readonly reason: string;
}

/**
 * Credits a first trial to the lessons that it had, and retires those whose figures say so; tells which. What counts is
 * worked out of the trials that are kept, so a repetition, or two runs at once, count nothing twice. Fails as the store does.
 */
export async function creditLessons(
  memory: OpenMemory,
  by: MemoryProvenance & { readonly crew: string },
  {
    tried,
    lessons,
  }: { readonly tried: Extract<MemoryWrite, { op: 'tried' }>; readonly lessons: readonly string[] },
): Promise<readonly RetiredLesson[]> {
  await keepTried(memory, by, tried, lessons);
  const retired: RetiredLesson[] = [];
  for (const id of lessons) {
    const reason = await creditLesson(memory, by, { id, tried });
    if (reason !== undefined) retired.push({ id, reason });
  }
  return retired;
}

/**
 * What is known of how a lesson does, among the first trials that taught it or those of another pool; a lesson without a phase has
 * no figures to hold against. The failure that taught it is not held against it: without it, it would not be there.
 */
export async function lessonFigures(
  store: Pick<MemoryStore, 'count' | 'get'>,
  lesson: Pick<MemoryNote, 'id' | 'crew' | 'tags' | 'runId' | 'key'>,
  at?: TrialPool & { readonly scope: MemoryScope },
): Promise<LessonFigures> {
  const of = at ?? poolOf(lesson);
  const [all, own, taught] = await Promise.all([
    tallyOf(store, of),
    tallyOf(store, { ...of, lesson: lesson.id }),
    teachingTrial(store, lesson),
  ]);
  const without = { passes: all.passes - own.passes, fails: all.fails - own.fails };
  return figuresOf(own, isIn(taught, of) ? withoutTrial(without, taught) : without);
}

function poolOf({ crew, tags }: Pick<MemoryNote, 'crew' | 'tags'>) {
  const tag = tags.find(one => one.startsWith(phaseTag('')));
  const criterion = criterionIn(tags);
  return {
    scope: `crew:${crew}`,
    ...(tag === undefined ? {} : { phase: tag.slice(phaseTag('').length) }),
    ...(criterion === undefined ? {} : { criterion }),
  };
}

function isIn(trial: MemoryNote | undefined, { phase, criterion }: Partial<TrialPool>): trial is MemoryNote {
  if (trial === undefined || (phase !== undefined && !trial.tags.includes(phaseTag(phase)))) return false;
  return criterion === undefined || trial.tags.includes(criterionTag(criterion));
}

/** More changes of one lesson in one run than there are. */
const MOST_CHANGES = 1000;

async function creditLesson(
  memory: OpenMemory,
  by: MemoryProvenance & { readonly crew: string },
  { id, tried }: { readonly id: string; readonly tried: Extract<MemoryWrite, { op: 'tried' }> },
): Promise<string | undefined> {
  const { store } = memory;
  const [found] = await store.get([id]);
  const note = found?.note;
  // Whoever forgets a lesson while it is used need not hear of it again.
  if (note?.lesson === undefined) return undefined;
  const { scope, phase, criterion } = tried;
  const pool = { phase, ...(criterion === undefined ? {} : { criterion }) };
  const figures = await lessonFigures(store, note, { scope, ...pool });
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
    if (note.state !== 'retired') return undefined;
    // This very write may have retired it before its process was killed.
    const made = await store.changes({ target: id, runId: by.runId }, { limit: MOST_CHANGES });
    return made.find(one => one.id === change)?.reason;
  }
  const { crew: _crew, ...provenance } = by;
  await store.record([
    {
      ...{ id: change, at: memory.now(), by: provenance, what: 'note', target: id, action: 'retire' },
      reason,
    },
  ]);
  await store.change([id], { state: 'retired', lesson: { ...lesson, retiredFor: reason } });
  return reason;
}
