import type { BranchWork, TalkWork, WorkingPhase } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RecalledNote } from '../model/recall.ts';
import type { LastAttempt } from '../prompts/lessons.ts';
import { type OpenWork, type Procedure, procedureOf, type RunState } from './run-state.ts';
import { talkScope } from './talk/talk-thread.ts';
import type { WorkContext } from './work-context.ts';

/** The phase that a path belongs to, and the part if it names one: a branch, an item, an inner conversation. Pure. */
export function splitPath(path: string): { readonly phase: string; readonly part?: string } {
  const dot = path.indexOf('.');
  return dot === -1 ? { phase: path } : { phase: path.slice(0, dot), part: path.slice(dot + 1) };
}

/** What a path declares: a working phase or a part of one. Pure. */
export function workAt(program: Program, path: string): WorkingPhase | BranchWork | TalkWork {
  const { phase, part } = splitPath(path);
  const declared = program.phases[phase];
  const work = part === undefined || declared === undefined ? declared : partOf(declared, part);
  if (work === undefined || work.kind === 'end') throw new Error(`compiled program has no work at ${path}`);
  return work;
}

function partOf(phase: Program['phases'][string], part: string): BranchWork | TalkWork | undefined {
  if (phase.kind === 'parallel') return phase.branches.find(each => each.name === part);
  if (phase.kind === 'talk') return innerTalk(phase, part);
  return phase.kind === 'each' ? phase.work : undefined;
}

/** What templates read; `visit` is how often the phase they stand in was entered. Pure. */
export function scopeOf(state: RunState, procedure: Procedure, visit: number): JsonObject {
  const { artifacts, talks = {}, inputs, program, lastFailure } = procedure;
  return templateScope({
    artifacts,
    talks,
    inputs,
    runId: state.runId,
    program,
    failure: lastFailure,
    visit,
  });
}

/** The names that every template knows, made of what is known at a place; `run.talks` only where phases talk. Pure. */
export function templateScope(known: {
  readonly artifacts: JsonObject;
  /** What was said, by phase: lists of `{ speaker, turn, reply }`. */
  readonly talks: JsonObject;
  readonly inputs: JsonObject;
  readonly runId: string;
  readonly program: Program;
  readonly failure: Procedure['lastFailure'] | undefined;
  readonly visit: number;
}): JsonObject {
  const { artifacts, talks, inputs, runId, program, failure, visit } = known;
  const error: JsonValue =
    failure === undefined ? null : { code: failure.code, message: failure.message, phase: failure.phase };
  const hasTalks = Object.values(program.phases).some(({ kind }) => kind === 'talk');
  const run = {
    id: runId,
    crew: program.crew,
    goal: program.goal,
    error,
    ...(hasTalks ? { talks } : {}),
  };
  return { ...artifacts, inputs, run, visit };
}

/** The path of a piece of open work as people read it, with the crew phases around it. Pure. */
export function placeOf(state: RunState, work: OpenWork): string {
  return `${procedureOf(state, work.procedure).place}${work.path}`;
}

/** What a piece of open work may read. A part is in the visit of its phase, however often it was begun. Pure. */
export function contextOf(state: RunState, work: OpenWork): WorkContext {
  const procedure = procedureOf(state, work.procedure);
  const { phase, part } = splitPath(work.path);
  const scope = scopeOf(state, procedure, procedure.visits[phase] ?? 0);
  const parent = part === undefined ? undefined : state.open[`${procedure.id}${phase}`];
  const lastAttempts = lastAttemptsFor(state, work);
  const earlier = earlierFor(state, work);
  return {
    seed: state.seed,
    program: procedure.program,
    crewPath: procedure.crewPath,
    models: state.models,
    terms: state.terms,
    path: work.path,
    place: placeOf(state, work),
    key: work.key,
    scope: part === undefined ? scope : { ...scope, ...itemOf(parent, part) },
    lessons: lessonsFor(state, work),
    ...(lastAttempts.length === 0 ? {} : { lastAttempts }),
    ...rememberedAs(state, procedure),
    ...(earlier.length === 0 ? {} : { earlier }),
    ...(work.recalled === undefined ? {} : { memory: work.recalled }),
    ...(state.withoutMemory === undefined ? {} : { withoutMemory: state.withoutMemory }),
    openedAt: work.openedAt,
    at: state.at,
  };
}

/** What is remembered in a procedure that roles of another crew play is that crew's. */
function rememberedAs(state: RunState, procedure: Procedure): Pick<WorkContext, 'rememberedAs'> {
  if (procedure.castBy === undefined) return {};
  return { rememberedAs: playingCrew(state, procedure) };
}

/** The crew whose roles play in a procedure. Pure. */
export function playingCrew(state: RunState, { castBy, program }: Procedure): string {
  return castBy === undefined ? program.crew : playingCrew(state, procedureOf(state, castBy));
}

/** What a part reads beside the names of its phase: an item by its name and its place, or what was said so far. */
function itemOf(parent: OpenWork | undefined, part: string): JsonObject {
  const { state } = parent ?? {};
  if (state?.kind === 'talk') return talkScope(state, part);
  if (state?.kind !== 'each') return {};
  const index = Number(part);
  return { [state.work.as]: state.items[index] ?? null, index };
}

/** Lessons reach all that is done inside the phase that learned them. */
function lessonsFor(state: RunState, work: OpenWork): readonly string[] {
  const own = lessonsOf(state, work);
  const outer = outerOf(state, work);
  return outer === undefined ? own : [...lessonsFor(state, outer), ...own];
}

/** So do those of earlier runs. */
function earlierFor(state: RunState, work: OpenWork): readonly RecalledNote[] {
  const own = (work.recalled ?? []).flatMap(({ lessons }) => lessons);
  const outer = outerOf(state, work);
  return outer === undefined ? own : [...earlierFor(state, outer), ...own];
}

/** So do attempts that are shown. */
function lastAttemptsFor(state: RunState, work: OpenWork): readonly LastAttempt[] {
  const { last } = work.reflection ?? {};
  const own = last === undefined ? [] : [last];
  const outer = outerOf(state, work);
  return outer === undefined ? own : [...lastAttemptsFor(state, outer), ...own];
}

/** Those that its `window` lets the next trial see. */
function lessonsOf(state: RunState, { procedure, path, reflection }: OpenWork): readonly string[] {
  if (reflection === undefined) return [];
  const declared = workAt(procedureOf(state, procedure).program, path);
  const window = ('reflect' in declared ? declared.reflect?.window : undefined) ?? 'all';
  return window === 'all' ? reflection.lessons : reflection.lessons.slice(-window);
}

/** The work that a piece of work is a part of: its phase, or the crew phase around its procedure. Pure. */
export function outerOf(state: RunState, work: OpenWork): OpenWork | undefined {
  const { phase, part } = splitPath(work.path);
  if (part !== undefined) return state.open[`${work.procedure}${phase}`];
  return work.procedure === '' ? undefined : state.open[ownerOf(work.procedure)];
}

/** The id of the work that a procedure's id or an effect's key belongs to. Pure. */
export function ownerOf(key: string): string {
  const works = key.split('/').filter(segment => segment.includes(':'));
  const last = works.pop() ?? '';
  return [...works, last.slice(0, last.indexOf(':'))].join('/');
}
