import { noPositionals, onePositional } from '../positionals.ts';
import { loadLessonFigures } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { lessonNamed } from './lessons.ts';
import { layoutOf, type MemoryVerb, printJson } from './memory-verb.ts';
import { readNoteFilter } from './read-note-filter.ts';

const TRIED = 'tried:';

/** `crew lessons why ID`: which failed attempt taught it, and what its figures say. */
export const whyLesson: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  const named = onePositional(call.positionals, 'a lesson: `crew lessons why ID`');
  const lesson = await lessonNamed(store, named);
  const { lessonFigures, whyLessonText } = await loadLessonFigures();
  const figures = await lessonFigures(store, lesson);
  const why = whyLessonText(lesson, figures);
  const evidence = (await store.get(lesson.evidence)).map(({ note }) => note);
  if (call.values.json === true) {
    printJson(call, { lesson, figures, why, evidence });
    return 0;
  }
  const { formatNotes, momentText, oneLine } = await loadMemoryText();
  const { columns } = layoutOf(call, memory);
  const origin = `Learnt in run ${lesson.runId}, phase ${lesson.phase}, ${momentText(lesson.createdAt)}, by ${lesson.author}.`;
  const rows = [lesson.gist || lesson.text, '', origin, ...lesson.sources.map(each => `  from ${each}`), why];
  call.terminal.stdout(rows.map(row => `${oneLine(row, columns)}\n`).join(''));
  if (evidence.length > 0)
    call.terminal.stdout(`\nIt rests on:\n${formatNotes(evidence, layoutOf(call, memory))}`);
  return 0;
};

/** `crew lessons compare`: how first trials came out with lessons and without, phase by phase. */
export const compareLessons: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  noPositionals(call.positionals);
  const { compareLessons: compare, scopesOf } = await loadLessonFigures();
  const { scopes } = readNoteFilter(call.values);
  const all = await scopesOf(store);
  const tried = all.filter(scope => scope.startsWith(TRIED)).map(scope => scope.slice(TRIED.length));
  const meant = scopes === 'all' ? tried : scopes;
  const rows = (await Promise.all(meant.map(scope => compare(store, scope)))).flat();
  if (call.values.json === true) {
    printJson(call, { phases: rows });
    return 0;
  }
  if (rows.length === 0) {
    call.terminal.stderr('No first trial was made yet; phases with `reflect` make them.\n');
    return 0;
  }
  const { textTable } = await loadMemoryText();
  const head = ['of', 'phase', 'with lessons', 'without', 'lessons help'];
  const cells = rows.map(row => [
    row.scope,
    phaseWords(row, rows),
    shareOf(row.with, row.rateWith),
    shareOf(row.without, row.rateWithout),
    row.helps === null ? 'too few' : `${Math.round(row.helps * 100)} %`,
  ]);
  const layout = { right: [2, 3, 4], columns: layoutOf(call, memory).columns };
  call.terminal.stdout(
    textTable([head, ...cells], layout)
      .map(row => `${row}\n`)
      .join(''),
  );
  return 0;
};

/** Where a phase was judged by several evaluators, each has figures of its own. */
function phaseWords({ scope, phase, criterion }: PoolRow, rows: readonly PoolRow[]): string {
  const pools = rows.filter(row => row.scope === scope && row.phase === phase);
  return pools.length === 1 ? phase : `${phase}, judged by ${criterion ?? 'an older one'}`;
}

interface PoolRow {
  readonly scope: string;
  readonly phase: string;
  readonly criterion?: string;
}

function shareOf(
  { passes, fails }: { readonly passes: number; readonly fails: number },
  rate: number | null,
): string {
  return rate === null ? '-' : `${passes}/${passes + fails} (${Math.round(rate * 100)} %)`;
}
