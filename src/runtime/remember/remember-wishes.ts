import { criterionTag, phaseTag } from '../../memory/lessons/tried-notes.ts';
import { checkName, checksOf } from '../../model/checks.ts';
import type { MemoryWriteEffect } from '../../model/effect.ts';
import type { JsonValue } from '../../model/json.ts';
import { lessonRole } from '../../model/lesson-role.ts';
import { MAX_NOTE_LENGTH } from '../../model/limits.ts';
import type { NewNote } from '../../model/memory.ts';
import type { MemoryWrite } from '../../model/recall.ts';
import type { Reflection } from '../../model/reflection.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { contextOf, placeOf, workAt } from '../scope.ts';
import type { PartOutcome } from '../step.ts';
import { modelKey, modelOfRole } from '../turns/model-key.ts';
import { crewMemoryOf, crewScope, type ProcedureMemory, roleScope } from './crew-memory-of.ts';
import { criterionOf } from './criterion-of.ts';
import { type Delivery, deliveriesOf } from './deliveries.ts';
import { withGathered } from './kept-notes.ts';
import { madeOf } from './made-of.ts';
import { keepsLessons } from './recall-request.ts';
import { textOf } from './recall-wish.ts';
import { taskHash } from './task-hash.ts';
import { rolesThatRemember } from './who-remembers.ts';

/** What a piece of work is remembered by. */
interface Remembering {
  readonly state: RunState;
  readonly work: OpenWork;
  readonly memory: ProcedureMemory;
  readonly outcome: PartOutcome;
}

/**
 * What is to be remembered of a piece of work that is over, one effect for each role, and one for what was learned; one that only
 * asks what was gathered where roles kept notes by tools alone; none where nobody remembers anything. What was delivered becomes an observation of each role that observes, but not the words of models that go by rules. A trial that failed
 * and one that then passed leave a lesson, and the first trial says how the lessons did that it had. Pure.
 */
export function rememberWishes(
  state: RunState,
  work: OpenWork,
  outcome: PartOutcome,
): readonly MemoryWriteEffect[] {
  const memory = crewMemoryOf(state, procedureOf(state, work.procedure));
  if (memory === undefined) return [];
  const options = { state, work, memory, outcome };
  const wishes = withGathered(state, work, [...observations(options), ...learned(options)]);
  return wishes.map((wish, index) => ({ ...wish, key: `${work.key}/remember-${index + 1}` }));
}

type Wish = Omit<MemoryWriteEffect, 'key'>;

function wishOf(
  { state, work, memory }: Remembering,
  by: Pick<Wish, 'role' | 'author' | 'writes'>,
): readonly Wish[] {
  if (by.writes.length === 0) return [];
  return [{ type: 'memory.write', crew: memory.crew, phase: placeOf(state, work), ...by }];
}

function observations(options: Remembering): readonly Wish[] {
  const { state, work, memory, outcome } = options;
  if (outcome.type !== 'completed') return [];
  const context = contextOf(state, work);
  const declared = workAt(context.program, work.path);
  const deliveries = deliveriesOf(declared, work.state, outcome);
  return rolesThatRemember(context.program, declared).flatMap(role => {
    const isKept = role.memory.observe && work.ruled?.includes(role.name) !== true;
    const own = isKept ? deliveries.filter(each => each.role === role.name) : [];
    const [level] = role.memory.levels;
    if (level === undefined) return [];
    const scope = roleScope(level, role, memory);
    const author = state.models[modelOfRole(context, role)]?.use ?? 'model';
    const notes = own.map((each, index) =>
      observation(options, each, { key: `observation-${index + 1}`, scope }),
    );
    return wishOf(options, { role: role.name, author, writes: notes.map(note => ({ op: 'note', note })) });
  });
}

function observation(
  options: Remembering,
  { name, artifact }: Delivery,
  { key, scope }: Pick<NewNote, 'key' | 'scope'>,
): NewNote {
  const last = options.work.verdicts?.at(-1);
  const isJudged = last !== undefined && options.work.ruled === undefined;
  const outcome = !isJudged ? 'unknown' : last.passed ? 'pass' : 'fail';
  const text = typeof artifact === 'string' ? artifact : JSON.stringify(artifact as JsonValue);
  return {
    key,
    scope,
    kind: 'observation',
    text: cut(`${name}: ${text}`),
    tags: [phaseTag(options.work.path)],
    outcome,
    ...madeOf(options.state, options.work),
  };
}

function learned(options: Remembering): readonly Wish[] {
  const { state, work, memory } = options;
  const { verdicts = [], ruled } = work;
  const [first] = verdicts;
  // How rules did says nothing of how a model does.
  if (ruled !== undefined) return [];
  const context = contextOf(state, work);
  const declared = workAt(context.program, work.path);
  const reflect = 'reflect' in declared ? declared.reflect : undefined;
  if (first === undefined || reflect === undefined || !keepsLessons(reflect)) return [];
  const text = textOf(state, work, declared);
  if (text === undefined) return [];
  const task = taskHash({ crew: memory.crew, phase: work.path, text, runId: state.runId });
  const scope = crewScope(memory);
  const used = (work.recalled ?? []).flatMap(({ lessons }) => lessons.map(({ id }) => id));
  const note = lesson(options, { reflect, task, scope });
  const tried: MemoryWrite = {
    op: 'tried',
    scope,
    phase: work.path,
    task,
    passed: first.passed,
    withLessons: used.length > 0,
    criterion: criterionOf(reflect),
  };
  const credit: MemoryWrite = { op: 'credit', lessons: used, passed: first.passed };
  const role = lessonRole(declared) ?? '';
  const writer = context.program.roles.find(({ name }) => name === role);
  const model = writer === undefined ? modelKey(context, 'default') : modelOfRole(context, writer);
  return wishOf(options, {
    role,
    author: note === undefined ? 'rule' : (state.models[model]?.use ?? 'model'),
    writes: [
      ...(note === undefined ? [] : [{ op: 'note', note } as const]),
      tried,
      ...(used.length === 0 ? [] : [credit]),
    ],
  });
}

/** What made a trial pass after another one had failed: the lesson that it began with, with all that bears it out. */
function lesson(
  options: Remembering,
  { reflect, task, scope }: { readonly reflect: Reflection; readonly task: string; readonly scope: string },
): NewNote | undefined {
  const { state, work } = options;
  const { verdicts = [], reflection } = work;
  const failed = verdicts.findLast(({ passed }) => !passed);
  if (failed === undefined || verdicts.at(-1)?.passed !== true) return undefined;
  const text = reflection?.lessons.at(-1) ?? `A trial did not pass, because: ${failed.feedback}`;
  const trials = verdicts.map(({ trial, passed, score }) => {
    return `trial:${trial} ${passed ? 'passed' : 'failed'}${score === null ? '' : ` with ${score}`}`;
  });
  const checks = checksOf(reflect.evaluator).map(check => `check:${checkName(check)}`);
  const { trust, sources } = madeOf(state, work);
  return {
    key: 'lesson',
    scope,
    kind: 'lesson',
    text: cut(text),
    tags: [phaseTag(work.path), criterionTag(criterionOf(reflect))],
    importance: LESSON_IMPORTANCE,
    outcome: 'pass',
    trust,
    sources: [`run:${state.runId}`, ...sources, ...checks, ...trials],
    lesson: { task },
  };
}

const LESSON_IMPORTANCE = 0.8;

function cut(text: string): string {
  return text.slice(0, MAX_NOTE_LENGTH).toWellFormed();
}
