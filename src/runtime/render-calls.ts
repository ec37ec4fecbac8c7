import { CrewError } from '../model/crew-error.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import type { ModelTerms, ResolvedModel, WithoutMemory } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RecalledRole, RecallRequest } from '../model/recall.ts';
import { recallRequest } from './remember/recall-request.ts';
import { splitPath, templateScope, workAt } from './scope.ts';
import { taskText } from './turns/task-text.ts';
import { beginPart, startWork } from './work.ts';
import type { WorkContext } from './work-context.ts';

/** A place of a program with all that is known there. */
export interface RenderOptions {
  readonly program: Program;
  /** A phase, or a part of one: `merge`, `inspect.security`, `split.do`. */
  readonly path: string;
  readonly inputs: JsonObject;
  readonly artifacts: JsonObject;
  /** What templates of a part read besides, such as the item of an `each`. */
  readonly locals: JsonObject;
  /** Who speaks first, instead of the first of a conversation. */
  readonly role?: string;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly terms: { readonly [alias: string]: ModelTerms };
  /** What came of `recallsBefore`, by the phase of each request; nothing is remembered when left out. */
  readonly recalled?: ReadonlyMap<string, readonly RecalledRole[]>;
  /** The tools of memory are not offered, as in a run without it. */
  readonly withoutMemory?: WithoutMemory;
  /** The moment that ages of notes are counted to, wall-clock milliseconds. */
  readonly at?: number;
}

/** The id of the run that would be. */
const RUN_ID = 'render';

/**
 * The model calls with which a piece of work begins, as a run would send them at its first visit, without lessons of its own
 * trials; none for work that begins without a model. Nothing runs. Fails with TEMPLATE_FAILED. Pure.
 */
export function renderFirstCalls(options: RenderOptions): readonly ModelCallEffect[] {
  const { program, path, role } = options;
  const work = workAt(program, path);
  const context = contextAt(options);
  const started = startWork(work, context);
  const first = work.kind === 'talk' ? work.roles[0] : work.kind === 'manage' ? work.role : undefined;
  const effects =
    first === undefined
      ? started.effects
      : beginPart(started.state, context, { name: role ?? first }).effects;
  return effects.filter(effect => effect.type === 'model.call');
}

/**
 * What a run with memory would ask its memory for before those calls: for the phase, then for the part of it that is meant;
 * none where nobody remembers anything, or a task cannot be rendered. Pure.
 */
export function recallsBefore(options: RenderOptions): readonly RecallRequest[] {
  const { program, path } = options;
  const { memory: declared, crew } = program;
  if (declared === undefined) return [];
  const memory = { declared, crew, runId: RUN_ID };
  return [...new Set([splitPath(path).phase, path])].flatMap(at => {
    const work = workAt(program, at);
    const text = () => textAt({ ...options, path: at, locals: at === path ? options.locals : {} });
    return recallRequest({ program, memory, path: inRuns(at, program), declared: work, text }) ?? [];
  });
}

/** Parts of an `each` are known by their places in a run. */
function inRuns(path: string, program: Program): string {
  const { phase, part } = splitPath(path);
  return part !== undefined && program.phases[phase]?.kind === 'each' ? `${phase}.0` : path;
}

function textAt(options: RenderOptions): string | undefined {
  try {
    return taskText(workAt(options.program, options.path), scopeAt(options));
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return undefined;
  }
}

function scopeAt({ program, inputs, artifacts, locals }: RenderOptions): JsonObject {
  const talks = Object.fromEntries(
    Object.values(program.phases).flatMap(({ kind, name }) => (kind === 'talk' ? [[name, []]] : [])),
  );
  const known = { artifacts, talks, inputs, runId: RUN_ID, program, failure: undefined, visit: 1 };
  return { ...templateScope(known), ...locals };
}

function contextAt(options: RenderOptions): WorkContext {
  const { program, path, models, terms, recalled, withoutMemory, at = 0 } = options;
  const memory = recalled?.get(inRuns(path, program));
  const around = [...new Set([splitPath(path).phase, inRuns(path, program)])];
  const earlier = around.flatMap(each => (recalled?.get(each) ?? []).flatMap(({ lessons }) => lessons));
  return {
    seed: RUN_ID,
    program,
    crewPath: '',
    models,
    terms,
    path,
    place: path,
    key: `${path}:1:1`,
    scope: scopeAt(options),
    lessons: [],
    ...(earlier.length === 0 ? {} : { earlier }),
    ...(memory === undefined ? {} : { memory }),
    ...(withoutMemory === undefined ? {} : { withoutMemory }),
    openedAt: at,
    at,
  };
}
