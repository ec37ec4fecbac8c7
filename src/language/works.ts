import { placedChecks } from '../model/checks.ts';
import type { Crew, Phase, PhaseWork, TalkWork } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import type { Check } from '../model/reflection.ts';
import type { NodePath } from './source-node.ts';

/** A piece of work with the phase that it belongs to and its path. */
export interface PlacedWork {
  readonly work: PhaseWork;
  readonly phase: Phase;
  readonly path: NodePath;
}

/**
 * Lists the work of all phases, each followed by its branches, by the work for its items or by the conversations inside
 * it, as in the file. Pure.
 */
export function listWorks(crew: Pick<Crew, 'sop'>): readonly PlacedWork[] {
  return crew.sop.phases.flatMap((phase): PlacedWork[] => {
    const path = ['phases', phase.name];
    if (phase.kind === 'end') return [];
    const own = { work: phase, phase, path };
    if (phase.kind === 'each') return [own, { work: phase.work, phase, path: [...path, 'do'] }];
    if (phase.kind === 'talk') return [own, ...innerWorks(phase, phase, path)];
    if (phase.kind !== 'parallel') return [own];
    const branches = phase.branches.map(work => ({ work, phase, path: [...path, 'parallel', work.name] }));
    return [own, ...branches];
  });
}

function innerWorks(talk: TalkWork, phase: Phase, path: NodePath): readonly PlacedWork[] {
  return Object.entries(talk.inner ?? {}).map(([name, work]) => ({
    work,
    phase,
    path: [...path, 'inner', name],
  }));
}

/** Whether a piece of work is a conversation inside another one. Pure. */
export function isInnerTalk({ phase, path }: Pick<PlacedWork, 'phase' | 'path'>): boolean {
  return phase.kind === 'talk' && path.length > 2 && path[2] === 'inner';
}

/** The roles that a piece of work names, each with its place. What only casts a procedure of its own is not here. Pure. */
export function rolesOf({
  work,
  phase,
  path,
}: PlacedWork): readonly { readonly role: string; readonly path: NodePath }[] {
  const own = ownRoles(work).map(([role, at]) => ({ role, path: [...path, ...at] }));
  const judges = checksAt({ phase, path }).flatMap(({ check, path: at }) =>
    check.kind === 'role' ? [{ role: check.role, path: [...at, 'role'] }] : [],
  );
  return [...own, ...judges];
}

/** What judges the attempts of a phase, each with its place; none for its parts. Pure. */
export function checksAt({
  phase,
  path,
}: Pick<PlacedWork, 'phase' | 'path'>): readonly { readonly check: Check; readonly path: NodePath }[] {
  if (phase.kind === 'end' || path.length > 2) return [];
  return placedChecks(phase.reflect).map(({ check, path: at }) => ({ check, path: [...path, ...at] }));
}

function ownRoles(work: PhaseWork): readonly (readonly [string, NodePath])[] {
  switch (work.kind) {
    case 'role':
      return [[work.role, ['role']]];
    case 'talk': {
      const isRole = (name: string): boolean => innerTalk(work, name) === undefined;
      const speakers = work.roles.map((role, index) => [role, ['talk', index]] as const);
      const own = work.roles.includes(work.by) ? speakers : [...speakers, [work.by, ['by']] as const];
      return own.filter(([role]) => isRole(role));
    }
    case 'manage':
      return [
        [work.role, ['manage']],
        ...work.workers.map((role, index) => [role, ['workers', index]] as const),
      ];
    default:
      return [];
  }
}

/** The models that a piece of work names itself, each with its place. Pure. */
export function modelsOf({
  work,
  path,
}: PlacedWork): readonly { readonly model: string; readonly path: NodePath }[] {
  return ownModels(work).map(([model, at]) => ({ model, path: [...path, ...at] }));
}

function ownModels(work: PhaseWork): readonly (readonly [string, NodePath])[] {
  if (work.kind === 'chain') {
    return work.steps.map(({ model }, index) => [model, ['chain', index, 'model']] as const);
  }
  if (work.kind === 'role') return work.model === undefined ? [] : [[work.model, ['model']]];
  if (work.kind === 'talk') return work.selector ? [[work.selector.model, ['selector', 'model']]] : [];
  if (work.kind !== 'ask') return [];
  const asked = work.models.map((model, index) => [model, ['models', index]] as const);
  return work.summarizer ? [...asked, [work.summarizer.model, ['summarizer', 'model']]] : asked;
}

/** The tools that a piece of work calls without a model, each with its arguments and its place. Pure. */
export function callsOf({ work, phase, path }: PlacedWork): readonly {
  readonly name: string;
  readonly args: Extract<PhaseWork, { kind: 'tool' }>['with'];
  readonly path: NodePath;
}[] {
  const own = work.kind === 'tool' ? [{ name: work.tool, args: work.with, path }] : [];
  const judges = checksAt({ phase, path }).flatMap(({ check, path: at }) =>
    check.kind === 'tool' ? [{ name: check.tool, args: check.with, path: at }] : [],
  );
  return [...own, ...judges];
}
