import { CrewError } from '../../model/crew-error.ts';
import type { LessonRecord, MemoryNote } from '../../model/memory.ts';
import { textFlag } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { loadMemoryText } from '../wire-views.ts';
import { personChange } from './by-person.ts';
import { findNote } from './find-remembered.ts';
import { layoutOf, type MemoryVerb, printJson } from './memory-verb.ts';
import { readLimit, readNoteFilter, withoutExpired } from './read-note-filter.ts';

type Lesson = MemoryNote & { readonly lesson: LessonRecord };

/** `crew lessons list`: what failed attempts have taught, and how each lesson did; retired ones with `--state all`. */
export const listLessons: MemoryVerb = async (call, memory) => {
  noPositionals(call.positionals);
  const { store } = memory;
  const now = memory.now();
  const filter = { ...withoutExpired(readNoteFilter(call.values), now), kinds: ['lesson'] } as const;
  const lessons = await store.find(filter, { limit: readLimit(call.values), order: 'newest' });
  if (call.values.json === true) {
    printJson(call, { lessons });
    return 0;
  }
  if (lessons.length === 0) {
    const all = await store.count({ scopes: 'all', states: 'all', kinds: ['lesson'] });
    const text =
      all > 0
        ? `No lesson fits; there ${all === 1 ? 'is 1' : `are ${all}`} with \`--state all\`.`
        : 'No lessons yet; phases with `reflect` leave them.';
    call.terminal.stderr(`${text}\n`);
    return 0;
  }
  const { noteWords, stateWord, textTable } = await loadMemoryText();
  const rows = lessons.map(note => {
    const { id, scope, phase, lesson } = note;
    const state = stateWord(note, now);
    const mark = lesson?.pinned === true ? 'pinned' : '';
    return [
      ...[id, scope, phase, lesson === undefined ? '' : `${lesson.passes}/${lesson.uses}`],
      ...[state === 'active' ? mark : state, noteWords(note)],
    ];
  });
  const layout = { right: [3], columns: layoutOf(call, memory).columns };
  const head = ['lesson', 'of', 'phase', 'passed', '', 'it says'];
  call.terminal.stdout(
    textTable([head, ...rows], layout)
      .map(row => `${row}\n`)
      .join(''),
  );
  return 0;
};

/** `crew lessons pin ID`: a lesson that is kept whatever its figures, also one that was retired; `--off` lets figures decide again. */
export const pinLesson: MemoryVerb = async (call, { store }) => {
  const lesson = await lessonNamed(store, onePositional(call.positionals, 'a lesson: `crew lessons pin ID`'));
  const pinned = call.values.off !== true;
  if (pinned !== lesson.lesson.pinned) {
    const { retiredFor: _forgiven, ...record } = lesson.lesson;
    await store.change([lesson.id], {
      lesson: { ...record, pinned },
      ...(pinned && lesson.state === 'retired' ? { state: 'active' } : {}),
    });
    await store.record([personChange('pin', lesson.id, pinned ? undefined : 'no longer pinned')]);
    await store.flush();
  }
  if (call.values.json === true) printJson(call, { lesson: lesson.id, pinned });
  const back = pinned && lesson.state === 'retired' ? ' and is not retired any more' : '';
  call.terminal.stderr(
    pinned ? `Lesson ${lesson.id} is kept${back}.\n` : `Lesson ${lesson.id} may retire again.\n`,
  );
  return 0;
};

/** `crew lessons retire ID --reason TEXT`: nobody is given it any more; `crew memory revert` takes that back. */
export const retireLesson: MemoryVerb = async (call, { store }) => {
  const lesson = await lessonNamed(
    store,
    onePositional(call.positionals, 'a lesson: `crew lessons retire ID`'),
  );
  const why = textFlag(call.values, 'reason') ?? 'retired by a person';
  if (lesson.state === 'retired') {
    throw new CrewError(
      'MEMORY_REFUSED',
      `lesson \`${lesson.id}\` is retired already: ${lesson.lesson.retiredFor}`,
    );
  }
  await store.change([lesson.id], {
    state: 'retired',
    lesson: { ...lesson.lesson, pinned: false, retiredFor: why },
  });
  await store.record([personChange('retire', lesson.id, why)]);
  await store.flush();
  if (call.values.json === true) printJson(call, { lesson: lesson.id, state: 'retired', why });
  call.terminal.stderr(`Lesson ${lesson.id} is retired.\n`);
  return 0;
};

/** The lesson of an id or the beginning of one. Fails with MEMORY_NOT_FOUND, also for a note of another kind. */
export async function lessonNamed(store: Parameters<MemoryVerb>[1]['store'], name: string): Promise<Lesson> {
  const note = await findNote(store, name);
  if (note.lesson !== undefined) return { ...note, lesson: note.lesson };
  throw new CrewError(
    'MEMORY_NOT_FOUND',
    `note \`${note.id}\` is no lesson but a note of the kind ${note.kind}`,
  );
}
