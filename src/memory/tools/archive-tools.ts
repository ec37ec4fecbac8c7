import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import { MAX_MEMORY_RESULT_TOKENS } from '../../model/limits.ts';
import type { MemoryLevel, MemoryNote, NewNote, NoteKind } from '../../model/memory.ts';
import { KEPT_KINDS } from '../../model/memory-tool-specs.ts';
import type { OpenMemory } from '../open-memory.ts';
import { pinnedReads } from '../pinned-reads.ts';
import { writeNotes } from '../write-notes.ts';
import type { MemoryAct } from './block-tools.ts';
import { fitRows, rowTokens } from './fit-rows.ts';
import { type MemoryCaller, scopesOfCaller } from './memory-caller.ts';
import { noteRow, untrustedMark } from './note-row.ts';
import { readArguments } from './read-arguments.ts';
import { searchArchive } from './search-archive.ts';

/** What a note may lean on is looked for among so many. */
const MOST_EVIDENCE = 20;
/** What stands around the rows of a result. */
const FRAME_TOKENS = 40;
const DEFAULT_IMPORTANCE = 5;

/** Keeps a note of the caller, trusted as little as what the caller has read for it. */
export const insertNote: MemoryAct = async (memory, caller, args) => {
  const read = readArguments(args);
  const { origin, crew } = caller;
  const { untrusted, madeOf, ...by } = origin;
  const level = levelOf(caller, read.text('level'));
  const evidence = await visibleNotes(memory, caller, read.texts('evidence'));
  const gist = read.text('gist');
  const note: NewNote = {
    key: 'note',
    scope: caller.scopeOf(level),
    kind: KEPT_KINDS.find(kind => kind === read.text('kind')) ?? 'fact',
    text: read.text('content') ?? '',
    ...(gist === undefined || gist === '' ? {} : { gist }),
    tags: read.texts('tags'),
    importance: (read.count('importance') ?? DEFAULT_IMPORTANCE) / 10,
    trust: untrusted === undefined ? (madeOf?.trust ?? 2) : 0,
    sources: [
      untrusted === undefined ? `role:${origin.role}` : `untrusted:${untrusted}`,
      ...(madeOf?.sources ?? []),
    ],
    evidence: evidence.map(({ id }) => id),
  };
  const [written] = await writeNotes(memory, { ...by, crew }, [note]);
  if (written === undefined || written.state === 'refused') {
    throw new CrewError(
      'MEMORY_REFUSED',
      `the note was not kept: ${written?.reason ?? 'nothing was written'}`,
    );
  }
  const { id, state, reason, gaveWay = [] } = written;
  const gone = gaveWay.length === 0 ? {} : { gave_way: gaveWay.map(each => ({ ...each })) };
  return { id, state, ...(reason === undefined ? {} : { reason }), ...gone };
};

/** Finds notes of the caller's levels. */
export const findNotes: MemoryAct = async (memory, caller, args) => {
  const read = readArguments(args);
  const limit = read.count('limit') ?? 5;
  const page = read.count('page') ?? 1;
  const tags = read.texts('tags');
  const filter = {
    scopes: scopesOfCaller(caller),
    ...(read.texts('kinds').length === 0 ? {} : { kinds: read.texts('kinds') as readonly NoteKind[] }),
    ...(tags.length === 0 ? {} : read.text('tags_match') === 'all' ? { tagsAll: tags } : { tagsAny: tags }),
    ...momentOf('since', read.text('since')),
    ...momentOf('until', read.text('until')),
  };
  const found = await searchArchive(memory, read.text('query')?.trim() ?? '', {
    filter,
    limit: limit * page + 1,
  });
  const shown = found.slice(limit * (page - 1), limit * page);
  const rows = fitRows(shown.map(noteRow), {
    key: 'text',
    maxTokens: MAX_MEMORY_RESULT_TOKENS - FRAME_TOKENS,
  });
  const told = shown.slice(0, rows.length);
  await memory.store.touch(
    told.map(({ id }) => id),
    memory.now(),
  );
  const more = found.length > limit * page || rows.length < shown.length;
  return { results: [...rows], more, ...untrustedMark(told) };
};

/** Shows one note whole, and what bears it out. */
export const getNote: MemoryAct = async (memory, caller, args) => {
  const id = readArguments(args).text('id') ?? '';
  const [note] = await visibleNotes(memory, caller, [id]);
  if (note === undefined) throw new CrewError('MEMORY_NOT_FOUND', `there is no note \`${id}\` for you`);
  const evidence = await visibleNotes(memory, caller, note.evidence);
  const row = { ...noteRow(note), sources: [...note.sources], seen: note.seen, used: note.used };
  const room = MAX_MEMORY_RESULT_TOKENS - FRAME_TOKENS;
  const [first] = fitRows([row], { key: 'text', maxTokens: room });
  const whole: JsonObject = first ?? { ...row, text: '', gist: '', tags: [], sources: [], cut: true };
  const left = room - rowTokens(whole);
  const rows = fitRows(evidence.map(noteRow), { key: 'text', maxTokens: left });
  await memory.store.touch([note.id], memory.now());
  return { note: whole, evidence: [...rows], ...untrustedMark([note, ...evidence.slice(0, rows.length)]) };
};

/** Those of the notes that the caller may see: of their levels, and active, as the run sees the memory. */
async function visibleNotes(
  memory: OpenMemory,
  caller: MemoryCaller,
  ids: readonly string[],
): Promise<readonly MemoryNote[]> {
  if (ids.length === 0) return [];
  const { find } = await pinnedReads(memory);
  return find(
    { scopes: scopesOfCaller(caller), ids: [...new Set(ids)], validAt: memory.now() },
    { limit: MOST_EVIDENCE, order: 'oldest' },
  );
}

function levelOf({ levels }: MemoryCaller, asked: string | undefined): MemoryLevel {
  const [first = 'run'] = levels;
  if (asked === undefined) return first;
  const found = levels.find(level => level === asked);
  if (found !== undefined) return found;
  const yours = levels.map(level => `\`${level}\``).join(', ');
  throw new CrewError('MEMORY_REFUSED', `your memory has no level \`${asked}\`; yours are ${yours}`);
}

/** Days are those of UTC. */
function momentOf(name: 'since' | 'until', text: string | undefined): { readonly [name: string]: number } {
  if (text === undefined || text === '') return {};
  const isMoment = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const moment = isMoment ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(moment)) return { [name]: moment };
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected \`${name}\` to be a day or moment such as \`2026-05-01\` or \`2026-05-01T12:00:00Z\`, found \`${text.slice(0, 80)}\``,
  );
}
