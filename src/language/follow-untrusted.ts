import { placedChecks } from '../model/checks.ts';
import type {
  BranchWork,
  Crew,
  CrewWork,
  PhaseWork,
  RefusedTools,
  TalkWork,
  WorkingPhase,
} from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import { grantedSpecs, type ToolCatalog, type ToolSpec } from '../model/tool-spec.ts';
import { toolsetSpecs } from '../model/toolset-specs.ts';
import { COMMAND_TOOL } from '../model/trial-tool.ts';
import type { NodePath } from './source-node.ts';
import {
  isRefused,
  type Mark,
  type MarkScope,
  type Marks,
  marksOf,
  NO_MARKS,
  talkMarks,
  union,
} from './untrusted-marks.ts';

/** A call in a phase, not by a model, that would be given what comes from an untrusted artifact. */
interface RefusedCall {
  /** From the root of the crew that the call stands in. */
  readonly path: NodePath;
  readonly tool: string;
  readonly source: string;
}

/** Where the words of untrusted artifacts of a crew, and of those inside it, go. */
export interface UntrustedFlow {
  readonly refused: RefusedTools;
  readonly calls: readonly RefusedCall[];
  /** What the result derives from. */
  readonly result: Marks;
  /** The crews inside by the path of their work, with where they stand. */
  readonly inside: ReadonlyMap<string, { readonly flow: UntrustedFlow; readonly path: NodePath }>;
}

interface Outer {
  readonly catalog: ToolCatalog;
  /** The crew phases around: `build/`. */
  readonly prefix: string;
  readonly inputs: ReadonlyMap<string, Marks>;
  /** Flows that are known already, by what they depend on. */
  readonly known: Map<string, UntrustedFlow>;
}

/** One piece of work, by the path that a program has for it, with what may be read there. */
interface Place {
  readonly key: string;
  readonly path: NodePath;
  readonly work: PhaseWork;
  readonly scope: MarkScope;
}

const NOTHING: UntrustedFlow = { refused: {}, calls: [], result: NO_MARKS, inside: new Map() };

/**
 * Follows what untrusted artifacts of a crew become: through templates, branches, items, conversations, bindings and the
 * crews inside it. What a person answers is trusted again. Conditions of guards carry no words on. Pure.
 */
export function followUntrusted(crew: Crew, catalog: ToolCatalog): UntrustedFlow {
  if (!mentions(crew)) return NOTHING;
  return follow(crew, { catalog, prefix: '', inputs: new Map(), known: new Map() });
}

function mentions(crew: Crew): boolean {
  return crew.sop.phases.some(
    phase =>
      phase.kind !== 'end' &&
      (phase.untrusted !== undefined ||
        crewsIn(phase).some(({ crew: inner }) => inner !== undefined && mentions(inner))),
  );
}

function crewsIn(phase: WorkingPhase): readonly CrewWork[] {
  const works = phase.kind === 'parallel' ? phase.branches : phase.kind === 'each' ? [phase.work] : [phase];
  return works.flatMap(work => (work.kind === 'crew' ? [work] : []));
}

function follow(crew: Crew, outer: Outer): UntrustedFlow {
  const id = `${outer.prefix} ${JSON.stringify([...outer.inputs].map(([name, marks]) => [name, ...marks.keys()]))}`;
  const known = outer.known.get(id);
  if (known !== undefined) return known;
  const inputs = boundInputs(crew, outer.inputs);
  const phases = crew.sop.phases.flatMap(phase => (phase.kind === 'end' ? [] : [phase]));
  const artifacts = new Map<string, Marks>();
  let grows = true;
  while (grows) {
    grows = false;
    for (const phase of phases) {
      const marks = artifactMarks(phase, { crew, inputs, artifacts }, outer);
      if (marks.size === (artifacts.get(phase.name)?.size ?? 0)) continue;
      artifacts.set(phase.name, marks);
      grows = true;
    }
  }
  const flow = flowOf(crew, { crew, inputs, artifacts }, outer);
  outer.known.set(id, flow);
  return flow;
}

/** The inputs of a procedure may be templates over those of its crew. */
function boundInputs(crew: Crew, inputs: ReadonlyMap<string, Marks>): ReadonlyMap<string, Marks> {
  if (crew.bindings === undefined) return inputs;
  const scope = { crew, inputs, artifacts: new Map() };
  const bound = Object.entries(crew.bindings).map(([name, value]) => [name, marksOf(value, scope)] as const);
  return new Map([...inputs, ...bound]);
}

function artifactMarks(phase: WorkingPhase, scope: MarkScope, outer: Outer): Marks {
  const own = phase.untrusted;
  const source = `${outer.prefix}${phase.name}`;
  const mark: Mark = { source, ...own, toolsets: scope.crew.toolsets };
  const made = placesIn(phase, scope).map(place => madeOf(place, outer));
  return union([...made, own === undefined ? NO_MARKS : new Map([[source, mark]])]);
}

/** The pieces of work of a phase that call something. */
function placesIn(phase: WorkingPhase, scope: MarkScope): readonly Place[] {
  const path: NodePath = ['phases', phase.name];
  if (phase.kind === 'parallel') {
    return phase.branches.map(work => ({
      key: `${phase.name}.${work.name}`,
      path: [...path, 'parallel', work.name],
      work,
      scope,
    }));
  }
  if (phase.kind !== 'each') return [{ key: phase.name, path, work: phase, scope }];
  const locals = new Map([[phase.as, marksOf(phase.list, scope)]]);
  return [{ key: phase.name, path: [...path, 'do'], work: phase.work, scope: { ...scope, locals } }];
}

/** What the artifact of a piece of work derives from. */
function madeOf(place: Place, outer: Outer): Marks {
  const { work } = place;
  if (work.kind === 'human') return NO_MARKS;
  return work.kind === 'crew'
    ? (innerFlow(place, work, outer)?.result ?? NO_MARKS)
    : readBy(work, place.scope);
}

/** What the words that a piece of work is given derive from. */
function readBy(work: Exclude<PhaseWork, { kind: 'crew' }>, scope: MarkScope): Marks {
  switch (work.kind) {
    case 'role':
    case 'manage':
      return marksOf(work.task, scope);
    case 'tool':
      return marksOf(work.with, scope);
    case 'talk':
      return talkMarks(work, scope);
    case 'ask':
      return union([marksOf(work.prompt, scope), marksOf(work.summarizer?.prompt, scope)]);
    case 'chain':
      return union(work.steps.map(({ promptTemplate }) => marksOf(promptTemplate, scope)));
    case 'human':
      return marksOf(work.question, scope);
    case 'parallel':
    case 'each':
      return NO_MARKS;
  }
}

function innerFlow({ key, scope }: Place, work: CrewWork, outer: Outer): UntrustedFlow | undefined {
  if (work.crew === undefined) return undefined;
  // A procedure without inputs of its own reads those of the crew around it.
  const around =
    work.holds === 'sop' && work.crew.sop.inputs === undefined ? scope.inputs : new Map<string, Marks>();
  const given = Object.entries(work.inputs).map(([name, value]) => [name, marksOf(value, scope)] as const);
  const prefix = `${outer.prefix}${key}/`;
  return follow(work.crew, { ...outer, prefix, inputs: new Map([...around, ...given]) });
}

function flowOf(crew: Crew, scope: MarkScope, outer: Outer): UntrustedFlow {
  const specs = crew.toolsets.flatMap(toolset => toolsetSpecs(toolset, outer.catalog) ?? []);
  const refused: Record<string, RefusedTools[string]> = {};
  const calls: RefusedCall[] = [];
  const inside = new Map<string, { readonly flow: UntrustedFlow; readonly path: NodePath }>();
  const ends = crew.sop.phases.flatMap(phase => (phase.kind === 'end' ? [marksOf(phase.result, scope)] : []));
  for (const phase of crew.sop.phases) {
    if (phase.kind === 'end') continue;
    for (const place of placesIn(phase, scope)) {
      const { key, path, work } = place;
      if (work.kind === 'crew') {
        const flow = innerFlow(place, work, outer);
        // Programs have the crew of an item under `do`.
        if (flow !== undefined) inside.set(phase.kind === 'each' ? `${key}.do` : key, { flow, path });
        continue;
      }
      const marks = readBy(work, place.scope);
      const tools = refusedAmong(callable(work, crew, specs), marks, crew);
      if (Object.keys(tools).length > 0) refused[key] = tools;
      if (work.kind === 'tool' && tools[work.tool] !== undefined) {
        calls.push({ path: [...path, 'tool'], tool: work.tool, source: tools[work.tool] ?? '' });
      }
    }
    calls.push(...evaluatorCalls(phase, scope, specs));
    const judged = refusedAmong(judgeTools(phase, crew, specs), judgeMarks(phase, scope, outer), crew);
    if (Object.keys(judged).length > 0) refused[phase.name] = { ...judged, ...refused[phase.name] };
  }
  return { refused, calls, result: union(ends), inside };
}

/** The tools that may be called in a piece of work. */
function callable(work: PhaseWork, crew: Crew, specs: readonly ToolSpec[]): readonly ToolSpec[] {
  if (work.kind === 'tool') return specs.filter(({ name }) => name === work.tool);
  const names = new Set(speakers(work));
  const grants = crew.roles.filter(({ name }) => names.has(name)).flatMap(({ tools }) => tools);
  return grantedSpecs(grants, specs);
}

function speakers(work: PhaseWork | BranchWork | TalkWork): readonly string[] {
  if (work.kind === 'role') return [work.role];
  if (work.kind === 'manage') return [work.role, ...work.workers];
  if (work.kind !== 'talk') return [];
  return [...work.roles, work.by].flatMap(name => {
    const inner = innerTalk(work, name);
    return inner === undefined ? [name] : speakers(inner);
  });
}

function refusedAmong(specs: readonly ToolSpec[], marks: Marks, crew: Crew): RefusedTools[string] {
  const rows = specs.flatMap(spec => {
    const mark = [...marks.values()].find(each => isRefused(each, spec, crew));
    return mark === undefined ? [] : [[spec.name, mark.source] as const];
  });
  return Object.fromEntries(rows);
}

function judgeTools({ reflect }: WorkingPhase, crew: Crew, specs: readonly ToolSpec[]): readonly ToolSpec[] {
  const judges = placedChecks(reflect).flatMap(({ check }) => (check.kind === 'role' ? [check.role] : []));
  const grants = crew.roles.filter(({ name }) => judges.includes(name)).flatMap(({ tools }) => tools);
  return grantedSpecs(grants, specs);
}

/** A judge reads what the phase made; that the phase is untrusted itself does not bind the phase. */
function judgeMarks({ name, reflect }: WorkingPhase, scope: MarkScope, { prefix }: Outer): Marks {
  const tasks = placedChecks(reflect).flatMap(({ check }) => (check.kind === 'role' ? [check.task] : []));
  const marks = tasks.flatMap(task => [...marksOf(task, scope)]);
  return new Map(marks.filter(([source]) => source !== `${prefix}${name}`));
}

/** An evaluator that is a tool judges the artifact, so it may be given words of it. */
function evaluatorCalls(
  phase: WorkingPhase,
  scope: MarkScope,
  specs: readonly ToolSpec[],
): readonly RefusedCall[] {
  return placedChecks(phase.reflect).flatMap(({ check, path: at }) => {
    if (check.kind !== 'tool') return [];
    const called = specs.filter(({ name }) => name === check.tool);
    const key = check.tool === COMMAND_TOOL ? 'command' : 'tool';
    const path: NodePath = ['phases', phase.name, ...at, key];
    const tools = refusedAmong(called, marksOf(check.with, scope), scope.crew);
    return Object.entries(tools).map(([tool, source]) => ({ path, tool, source }));
  });
}

/** The same crew, and those inside it, with what must not be called where. Pure. */
export function withRefused(crew: Crew, flow: UntrustedFlow): Crew {
  if (flow === NOTHING) return crew;
  const attach = (key: string, work: CrewWork): CrewWork => {
    const inner = flow.inside.get(key)?.flow;
    return inner === undefined || work.crew === undefined
      ? work
      : { ...work, crew: withRefused(work.crew, inner) };
  };
  const phases = crew.sop.phases.map(phase => {
    if (phase.kind === 'crew') return { ...phase, ...attach(phase.name, phase) };
    if (phase.kind === 'each' && phase.work.kind === 'crew')
      return { ...phase, work: attach(`${phase.name}.do`, phase.work) };
    if (phase.kind !== 'parallel') return phase;
    const branches = phase.branches.map(branch =>
      branch.kind === 'crew' ? attach(`${phase.name}.${branch.name}`, branch) : branch,
    );
    return { ...phase, branches };
  });
  const isEmpty = Object.keys(flow.refused).length === 0;
  return { ...crew, ...(isEmpty ? {} : { refused: flow.refused }), sop: { ...crew.sop, phases } };
}
