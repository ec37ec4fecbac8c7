import type { ModelCallEffect } from '../model/effect.ts';
import type { ModelTerms, ResolvedModel } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { templateScope, workAt } from './scope.ts';
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
}

/**
 * The model calls with which a piece of work begins, as a run would send them at its first visit, without lessons and without
 * what is remembered; none for work that begins without a model. Nothing runs. Fails with TEMPLATE_FAILED. Pure.
 */
export function renderFirstCalls(options: RenderOptions): readonly ModelCallEffect[] {
  const { program, path, inputs, artifacts, locals, role, models, terms } = options;
  const work = workAt(program, path);
  const talks = Object.fromEntries(
    Object.values(program.phases).flatMap(({ kind, name }) => (kind === 'talk' ? [[name, []]] : [])),
  );
  const known = { artifacts, talks, inputs, runId: 'render', program, failure: undefined, visit: 1 };
  const context: WorkContext = {
    seed: 'render',
    program,
    crewPath: '',
    models,
    terms,
    path,
    place: path,
    key: `${path}:1:1`,
    scope: { ...templateScope(known), ...locals },
    lessons: [],
    openedAt: 0,
    at: 0,
  };
  const started = startWork(work, context);
  const first = work.kind === 'talk' ? work.roles[0] : work.kind === 'manage' ? work.role : undefined;
  const effects =
    first === undefined
      ? started.effects
      : beginPart(started.state, context, { name: role ?? first }).effects;
  return effects.filter(effect => effect.type === 'model.call');
}
