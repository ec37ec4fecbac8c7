import type { MemoryNote } from '../model/memory.ts';
import type { NoteFilter } from '../ports/memory-store.ts';

type Test = (note: MemoryNote, filter: NoteFilter) => boolean;

/** One row for each word of a filter, so that none can be forgotten. */
const TESTS = {
  scopes: (note, { scopes }) => scopes === 'all' || scopes.includes(note.scope),
  states: (note, { states = ['active'] }) => states === 'all' || states.includes(note.state),
  kinds: (note, { kinds }) => oneOf(note.kind, kinds),
  ids: (note, { ids }) => oneOf(note.id, ids),
  crew: (note, { crew }) => same(note.crew, crew),
  runId: (note, { runId }) => same(note.runId, runId),
  phase: (note, { phase }) => same(note.phase, phase),
  role: (note, { role }) => same(note.role, role),
  tagsAny: (note, { tagsAny }) => anyOf(note.tags, tagsAny),
  tagsAll: (note, { tagsAll }) => (tagsAll ?? []).every(tag => note.tags.includes(tag)),
  sources: (note, { sources }) => anyOf(note.sources, sources),
  evidence: (note, { evidence }) => anyOf(note.evidence, evidence),
  hash: (note, { hash }) => same(note.hash, hash),
  seqs: (note, { seqs }) => oneOf(note.seq, seqs),
  since: (note, { since }) => since === undefined || note.createdAt >= since,
  until: (note, { until }) => until === undefined || note.createdAt < until,
  minTrust: (note, { minTrust }) => minTrust === undefined || note.trust >= minTrust,
  validAt: (note, { validAt }) =>
    validAt === undefined || note.expiresAt === undefined || note.expiresAt > validAt,
} satisfies { readonly [Word in keyof Required<NoteFilter>]: Test };

const ALL_TESTS: readonly Test[] = Object.values(TESTS);

/** Whether a note is one of those that a filter means. Pure. */
export function matchesFilter(note: MemoryNote, filter: NoteFilter): boolean {
  return ALL_TESTS.every(holds => holds(note, filter));
}

function same(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function oneOf<Value>(value: Value, wanted: readonly Value[] | undefined): boolean {
  return wanted === undefined || wanted.includes(value);
}

function anyOf(values: readonly string[], wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || values.some(value => wanted.includes(value));
}
