import type { MemoryNote, MemoryProvenance, MemoryScope } from '../../model/memory.ts';
import type { MemoryWrite } from '../../model/recall.ts';
import type { MemoryStore, NoteFilter } from '../../ports/memory-store.ts';
import { noteHash, noteId } from '../note-hash.ts';
import type { OpenMemory } from '../open-memory.ts';
import type { Tally } from './chance-of-more.ts';

/** How a first trial came out is a note of its own, so that it counts once however often it is written. */
const PASSED = 'passed';
const FAILED = 'failed';
const WITH = 'with lessons';
const WITHOUT = 'without lessons';

/** The first trials of a phase, or those with one lesson. */
interface TriedOf {
  readonly scope: MemoryScope;
  readonly phase?: string;
  readonly criterion?: string;
  readonly lesson?: string;
  readonly withLessons?: boolean;
}

/** Where a scope keeps how its first trials came out; nobody recalls them. Pure. */
function triedScope(scope: MemoryScope): MemoryScope {
  return `tried:${scope}`;
}

/** The tag of all that belongs to a phase. Pure. */
export function phaseTag(phase: string): string {
  return `phase:${phase}`;
}

const CRITERION = 'criterion:';

/** The tag of all that was judged by the same. Pure. */
export function criterionTag(criterion: string): string {
  return `${CRITERION}${criterion}`;
}

/** What judged a first trial, or the trials that taught a lesson, by its tags; undefined for those of before. Pure. */
export function criterionIn(tags: readonly string[]): string | undefined {
  return tags.find(tag => tag.startsWith(CRITERION))?.slice(CRITERION.length);
}

/** The first trial that was kept by the same effect as a lesson: the failure that taught it; undefined where there is none. */
export async function teachingTrial(
  store: Pick<MemoryStore, 'get'>,
  { runId, key }: Pick<MemoryNote, 'runId' | 'key'>,
): Promise<MemoryNote | undefined> {
  const [found] = await store.get([noteId({ runId, effect: key, key: 'tried' })]);
  return found?.note;
}

/** A tally without one trial that is in it. Pure. */
export function withoutTrial({ passes, fails }: Tally, { outcome }: Pick<MemoryNote, 'outcome'>): Tally {
  return outcome === 'pass'
    ? { passes: Math.max(0, passes - 1), fails }
    : { passes, fails: Math.max(0, fails - 1) };
}

/** Whether a first trial was made with lessons. Pure. */
export function hadLessons({ tags }: Pick<MemoryNote, 'tags'>): boolean {
  return tags.includes(WITH);
}

/** Keeps how a first trial came out and which lessons it had. The same under the same key changes nothing. */
export async function keepTried(
  { store, now, settings }: OpenMemory,
  by: MemoryProvenance & { readonly crew: string },
  tried: Extract<MemoryWrite, { op: 'tried' }>,
  lessons: readonly string[],
): Promise<void> {
  const id = noteId({ runId: by.runId, effect: by.key, key: 'tried' });
  const [before] = await store.get([id]);
  if (before !== undefined) return;
  const at = now();
  const scope = triedScope(tried.scope);
  const text = `a first trial of ${tried.phase} ${tried.passed ? PASSED : FAILED}`;
  const note: MemoryNote = {
    ...by,
    id,
    scope,
    seq: await store.nextSeq(scope, 1),
    kind: 'observation',
    text,
    gist: text,
    tags: [
      phaseTag(tried.phase),
      ...(tried.criterion === undefined ? [] : [criterionTag(tried.criterion)]),
      tried.passed ? PASSED : FAILED,
      tried.withLessons ? WITH : WITHOUT,
      ...lessons.map(lessonTag),
    ],
    importance: 0,
    trust: 2,
    sources: ['rule'],
    evidence: [],
    depth: 0,
    outcome: tried.passed ? 'pass' : 'fail',
    state: 'archived',
    hash: noteHash(`${id} ${text}`),
    seen: 1,
    createdAt: at,
    lastUsedAt: at,
    used: 0,
    ...(settings.expiresAfterMs === undefined ? {} : { expiresAt: at + settings.expiresAfterMs }),
  };
  await store.put([{ note }]);
}

/** How many first trials came out how. */
export async function tallyOf(store: Pick<MemoryStore, 'count'>, of: TriedOf): Promise<Tally> {
  const filter = filterOf(of);
  const [passes, fails] = await Promise.all([
    store.count({ ...filter, tagsAll: [...(filter.tagsAll ?? []), PASSED] }),
    store.count({ ...filter, tagsAll: [...(filter.tagsAll ?? []), FAILED] }),
  ]);
  return { passes, fails };
}

/** First trials that may be held against each other: of one phase, judged by the same; those of before have no criterion. */
export interface TrialPool {
  readonly phase: string;
  readonly criterion?: string;
}

/** The pools of which first trials are kept, by the names of their phases, of one phase the latest first. */
export async function trialPools(
  store: Pick<MemoryStore, 'find'>,
  scope: MemoryScope,
): Promise<readonly TrialPool[]> {
  const notes = await store.find(filterOf({ scope }), { limit: MOST_TRIED, order: 'newest' });
  const pools = notes.flatMap(({ tags }): readonly TrialPool[] => {
    const tag = tags.find(each => each.startsWith(phaseTag('')));
    const criterion = criterionIn(tags);
    if (tag === undefined) return [];
    return [{ phase: tag.slice(phaseTag('').length), ...(criterion === undefined ? {} : { criterion }) }];
  });
  const distinct = [...new Map(pools.map(pool => [JSON.stringify(pool), pool])).values()];
  return distinct.toSorted((one, other) => (one.phase < other.phase ? -1 : one.phase > other.phase ? 1 : 0));
}

const MOST_TRIED = 100_000;

function filterOf({ scope, phase, criterion, lesson, withLessons }: TriedOf): NoteFilter {
  return {
    scopes: [triedScope(scope)],
    states: 'all',
    tagsAll: [
      ...(phase === undefined ? [] : [phaseTag(phase)]),
      ...(criterion === undefined ? [] : [criterionTag(criterion)]),
      ...(lesson === undefined ? [] : [lessonTag(lesson)]),
      ...(withLessons === undefined ? [] : [withLessons ? WITH : WITHOUT]),
    ],
  };
}

function lessonTag(id: string): string {
  return `lesson:${id}`;
}
