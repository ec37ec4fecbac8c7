import { CrewError } from '../model/crew-error.ts';
import { type MemoryScope, scopeOfLevel } from '../model/memory.ts';
import type { Recalled, RecalledNote, RecalledRole, RecallRequest, RoleRecall } from '../model/recall.ts';
import { readBlocks } from './blocks/read-blocks.ts';
import { chooseLessons } from './lessons/choose-lessons.ts';
import { phaseTag } from './lessons/tried-notes.ts';
import type { OpenMemory } from './open-memory.ts';
import { pinnedReads } from './pinned-reads.ts';
import { fitNotes } from './recalled-note.ts';
import { retrieve } from './retrieve.ts';

/** Decisions of earlier runs take at most about so many tokens. */
const MAX_DECISION_TOKENS = 600;
/** What comes from strangers is found only by whoever looks for it. */
const LEAST_TRUST = 1;

/**
 * What the roles of a piece of work are reminded of: their blocks, the best notes for the task, lessons of earlier runs, and
 * how those decided. Reads the store as the run is pinned to it, with what the run wrote itself. Fails with MEMORY_*.
 */
export async function recallForWork(
  memory: OpenMemory,
  request: RecallRequest,
  signal?: AbortSignal,
): Promise<Recalled> {
  const recalled = await lookForWork(memory, request, signal);
  const used = recalled.roles.flatMap(({ notes, lessons, decisions = [] }) => [
    ...notes,
    ...lessons,
    ...decisions,
  ]);
  if (used.length > 0) await memory.store.touch([...new Set(used.map(({ id }) => id))], memory.now());
  return recalled;
}

/** The same for who only looks: nothing is written, and no note counts as used. Fails with MEMORY_*. */
export async function lookForWork(
  memory: OpenMemory,
  request: RecallRequest,
  signal?: AbortSignal,
): Promise<Recalled> {
  const { store, run } = memory;
  const gone = await isVersionGone(memory);
  const seen = gone && run !== undefined ? unpinned(memory, run) : memory;
  const remarks: string[] = [];
  if (gone)
    remarks.push(`version ${run?.version} of the memory is not kept any more, so it is read as it is now`);
  const roles: RecalledRole[] = [];
  for (const one of request.roles) roles.push(await recallForRole(seen, { request, one, remarks, signal }));
  const stream = request.stream === undefined ? {} : { stream: await streamOf(seen, request.stream, signal) };
  const why = memory.wordsAlone?.();
  if (why !== undefined) remarks.push(why);
  const version = (gone ? undefined : run?.version) ?? (await store.version());
  return { version, roles, ...stream, remarks };
}

async function recallForRole(
  memory: OpenMemory,
  work: {
    readonly request: RecallRequest;
    readonly one: RoleRecall;
    readonly remarks: string[];
    readonly signal: AbortSignal | undefined;
  },
): Promise<RecalledRole> {
  const { request, one, remarks, signal } = work;
  const { crew, phase, task, query: text, scoring } = request;
  const { role, blocks, notes, lessons, decisions } = one;
  const scope = scopeOfLevel('crew', { crew, role: '', runId: '' });
  const kept = await readBlocks(memory, blocks, request.blocks);
  const found =
    notes === undefined
      ? []
      : await retrieve(memory, { text, scoring, minTrust: LEAST_TRUST, ...notes }, signal);
  const chosen =
    lessons === undefined
      ? { lessons: [] }
      : await chooseLessons(memory, { scope, phase, task, text, ...lessons }, signal);
  if (chosen.remark !== undefined) remarks.push(chosen.remark);
  const decided =
    decisions === undefined ? undefined : await earlierDecisions(memory, { ...decisions, phase });
  return {
    role,
    blocks: kept.map(({ label, value, description, limit, readOnly, version }) => {
      return { label, value, description, limit, readOnly, version };
    }),
    notes: found,
    lessons: chosen.lessons,
    ...(decided === undefined ? {} : { decisions: decided }),
  };
}

/** Each question takes so many tokens of notes. */
const MAX_STREAM_TOKENS = 6_000;

async function streamOf(
  memory: OpenMemory,
  { scope, limit, queries }: NonNullable<RecallRequest['stream']>,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly RecalledNote[])[]> {
  const of = { scopes: [scope], limit, maxTokens: MAX_STREAM_TOKENS, minTrust: LEAST_TRUST } as const;
  if (queries === undefined) return [await retrieve(memory, { ...of, text: '', scoring: 'newest' }, signal)];
  return Promise.all(queries.map(text => retrieve(memory, { ...of, text }, signal)));
}

/** The newest decisions about this very phase: what was decided elsewhere has other choices. */
async function earlierDecisions(
  memory: OpenMemory,
  of: { readonly scopes: readonly MemoryScope[]; readonly limit: number; readonly phase: string },
): Promise<readonly RecalledNote[]> {
  const { scopes, limit, phase } = of;
  const { find } = await pinnedReads(memory);
  const filter = { scopes, kinds: ['decision'], tagsAny: [phaseTag(phase)] } as const;
  const notes = await find(
    { ...filter, validAt: memory.now(), minTrust: LEAST_TRUST },
    { limit, order: 'newest' },
  );
  const ranked = notes.map((note, at) => ({ note, score: 1 / (at + 1), parts: { newest: 1 / (at + 1) } }));
  return fitNotes(ranked, { limit, maxTokens: MAX_DECISION_TOKENS });
}

async function isVersionGone({ store, run }: OpenMemory): Promise<boolean> {
  if (run?.version === undefined) return false;
  try {
    // Nothing has this id, but only what names a note looks at a version.
    await store.get(['-'], { at: run.version });
    return false;
  } catch (error) {
    if (error instanceof CrewError && error.code === 'MEMORY_VERSION_GONE') return true;
    throw error;
  }
}

function unpinned(
  memory: OpenMemory,
  { version: _gone, ...run }: NonNullable<OpenMemory['run']>,
): OpenMemory {
  return { ...memory, run };
}
