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

/** The phases of which first trials are kept, in the order of their names. */
export async function triedPhases(
  store: Pick<MemoryStore, 'find'>,
  scope: MemoryScope,
): Promise<readonly string[]> {
  const notes = await store.find(filterOf({ scope }), { limit: MOST_TRIED, order: 'newest' });
  const tags = notes.flatMap(note => note.tags.filter(tag => tag.startsWith(phaseTag(''))));
  return [...new Set(tags.map(tag => tag.slice(phaseTag('').length)))].toSorted();
}

const MOST_TRIED = 100_000;

function filterOf({ scope, phase, lesson, withLessons }: TriedOf): NoteFilter {
  return {
    scopes: [triedScope(scope)],
    states: 'all',
    tagsAll: [
      ...(phase === undefined ? [] : [phaseTag(phase)]),
      ...(lesson === undefined ? [] : [lessonTag(lesson)]),
      ...(withLessons === undefined ? [] : [withLessons ? WITH : WITHOUT]),
    ],
  };
}

function lessonTag(id: string): string {
  return `lesson:${id}`;
}
