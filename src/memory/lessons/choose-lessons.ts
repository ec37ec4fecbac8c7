import type { MemoryNote, MemoryScope } from '../../model/memory.ts';
import type { RecalledNote } from '../../model/recall.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { noteId } from '../note-hash.ts';
import type { OpenMemory } from '../open-memory.ts';
import { pinnedReads } from '../pinned-reads.ts';
import { recalledNote } from '../recalled-note.ts';
import { retrieve } from '../retrieve.ts';
import { criterionIn, criterionTag, phaseTag, tallyOf } from './tried-notes.ts';

/** Which lessons are wanted. `scope` is that of the crew, in which it is counted how first trials came out. */
export interface LessonQuery {
  readonly scope: MemoryScope;
  readonly phase: string;
  /** As in `LessonRecord.task`. */
  readonly task: string;
  readonly text: string;
  readonly scopes: readonly MemoryScope[];
  readonly limit: number;
  readonly sameTask?: true;
  /** What judges the phase now; what something else has taught about the same phase is not taken. Absent: whatever did. */
  readonly criterion?: string;
}

/** What was chosen; a remark when there would have been lessons, and this task is to show how it goes without. */
export interface ChosenLessons {
  readonly lessons: readonly RecalledNote[];
  readonly remark?: string;
}

/** One task in so many is done without lessons, so that there is something to hold them against. */
const CONTROL_EACH = 10;
/** The first tasks of a phase are not; there was none without lessons before the first lesson anyway. */
const CONTROL_FROM = 5;
const MOST_CANDIDATES = 200;
const MOST_SIMILAR = 20;
const SIMILAR_TOKENS = 4_000;
const SAME_TASK = 2;

/**
 * The best few lessons for a task, by a sum: taught by this very task 2, pinned by a person 1, likeness 0..1, rate of passes
 * 0..1. Only active ones whose words come from no stranger. Every tenth task, by a hash of its number,
 * gets none: no chance is in it. Fails as the store does.
 */
export async function chooseLessons(
  memory: OpenMemory,
  query: LessonQuery,
  signal?: AbortSignal,
): Promise<ChosenLessons> {
  const { phase, task, text, scopes, limit, sameTask } = query;
  const reads = await pinnedReads(memory);
  const filter = { scopes, kinds: ['lesson'], validAt: memory.now(), minTrust: 1 } as const;
  const [ofPhase, similar] = await Promise.all([
    reads.find({ ...filter, tagsAny: [phaseTag(phase)] }, { limit: MOST_CANDIDATES, order: 'newest' }),
    retrieve(
      memory,
      { text, ...filter, limit: MOST_SIMILAR, maxTokens: SIMILAR_TOKENS, scoring: 'hybrid' },
      signal,
    ),
  ]);
  const likeness = likenessOf(similar);
  const found = await reads.find(
    { ...filter, ids: similar.map(({ id }) => id) },
    { limit: MOST_SIMILAR, order: 'newest' },
  );
  const candidates = [...new Map([...ofPhase, ...found].map(note => [note.id, note])).values()].filter(note =>
    isOfNow(note, query),
  );
  const fitting = sameTask === true ? candidates.filter(note => note.lesson?.task === task) : candidates;
  if (fitting.length === 0) return { lessons: [] };
  if (await isControl(memory.store, query)) {
    return { lessons: [], remark: `without lessons, as one task in ${CONTROL_EACH}: it shows what they do` };
  }
  const ranked = fitting.map(note => rank(note, { task, likeness: likeness.get(note.id) ?? 0 }));
  return {
    lessons: ranked
      .toSorted((one, other) => other.score - one.score || (one.note.id < other.note.id ? -1 : 1))
      .slice(0, limit)
      .map(recalledNote),
  };
}

/** What another evaluator wanted of this very phase may be wrong now; of other phases it is only likeness that counts. */
function isOfNow({ tags }: MemoryNote, { phase, criterion }: LessonQuery): boolean {
  if (criterion === undefined || criterionIn(tags) === undefined) return true;
  return tags.includes(criterionTag(criterion)) || !tags.includes(phaseTag(phase));
}

/** How near each is to the most similar one, 0..1. */
function likenessOf(similar: readonly RecalledNote[]): ReadonlyMap<string, number> {
  const most = Math.max(0, ...similar.map(({ score }) => score));
  return new Map(similar.map(({ id, score }) => [id, most === 0 ? 0 : Math.max(0, score / most)]));
}

function rank(note: MemoryNote, { task, likeness }: { readonly task: string; readonly likeness: number }) {
  const { passes = 0, fails = 0, pinned = false } = note.lesson ?? {};
  const parts = {
    'same task': note.lesson?.task === task ? SAME_TASK : 0,
    similar: likeness,
    pinned: pinned ? 1 : 0,
    // The rate of passes, as it is expected after these few.
    passes: (1 + passes) / (2 + passes + fails),
  };
  const score = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { note, score, parts };
}

async function isControl(
  store: Pick<MemoryStore, 'count'>,
  { scope, phase, criterion }: LessonQuery,
): Promise<boolean> {
  const pool = { phase, ...(criterion === undefined ? {} : { criterion }) };
  const { passes, fails } = await tallyOf(store, { scope, ...pool });
  const nth = passes + fails;
  if (nth < CONTROL_FROM) return false;
  const hash = noteId({ runId: scope, effect: phase, key: String(nth) });
  return Number.parseInt(hash.slice(0, 8), 16) % CONTROL_EACH === 0;
}
