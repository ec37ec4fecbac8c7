import { type ConditionTypes, type TypeScope, typeCondition } from '../expressions/template-types.ts';
import { commonFacts, type Facts, forgetRoots, NO_FACTS, sameFacts } from '../expressions/type-facts.ts';
import { ANY, NUMBER, objectOf, type ValueType } from '../expressions/value-type.ts';
import type { Phase } from '../model/crew.ts';
import { artifactType, inputsType, threadType } from './artifact-type.ts';
import { typeLocals } from './local-types.ts';
import type { PhaseGraph } from './phase-graph.ts';
import type { RuleInput } from './rule.ts';
import type { TemplateSite } from './template-sites.ts';

/** What types and earlier conditions say where a template stands. */
export interface CrewTypes {
  readonly scopeOf: (site: TemplateSite) => TypeScope;
  /** What is settled when a way out is looked at: by the ways into the phase, and by the conditions before it. */
  readonly guardFacts: (site: TemplateSite) => GuardFacts;
}

interface GuardFacts {
  readonly before: Facts;
  /** The same with what follows from the earlier conditions of the phase, which did not hold. */
  readonly among: Facts;
}

const MOST_ROUNDS = 40;

/** Types the names that templates read, and follows what guards settle along the ways of the procedure. Pure. */
export function createCrewTypes(
  input: Pick<RuleInput, 'crew' | 'catalog' | 'file' | 'places'>,
  graph: PhaseGraph,
  templates: readonly TemplateSite[],
): CrewTypes {
  const artifacts = typeArtifacts(input, graph);
  const inputs = typeInputs(input);
  const run = typeRun(input, graph);
  const locals = typeLocals(templates, { input, rootType: name => globalType(name) });
  function globalType(name: string): ValueType | undefined {
    if (name === 'inputs') return inputs;
    if (name === 'visit') return NUMBER;
    return name === 'run' ? run : artifacts.get(name);
  }
  const rootType = (site: TemplateSite) => (name: string) =>
    site.locals.includes(name) ? (locals.get(site.localPlace)?.get(name) ?? ANY) : globalType(name);
  const guards = guardsOf(templates);
  const flow = followGuards(graph, guards, rootType);
  return {
    guardFacts: site => flow.guards.get(site) ?? { before: NO_FACTS, among: NO_FACTS },
    scopeOf: site => {
      const entered = flow.entered.get(site.phase.name) ?? NO_FACTS;
      const facts = flow.guards.get(site)?.among ?? (site.after ? afterWork(entered, site.phase) : entered);
      return { rootType: rootType(site), facts };
    },
  };
}

function typeArtifacts(
  { crew, catalog, places }: Pick<RuleInput, 'crew' | 'catalog' | 'places'>,
  graph: PhaseGraph,
) {
  const types = new Map<string, ValueType>();
  for (const phase of graph.phases.values()) {
    if (phase.kind !== 'end')
      types.set(phase.name, artifactType(phase, ['phases', phase.name], { crew, catalog, places }));
  }
  return types;
}

/** Names that `run` does not have are another check's matter. */
function typeRun(
  { crew, catalog, places }: Pick<RuleInput, 'crew' | 'catalog' | 'places'>,
  graph: PhaseGraph,
): ValueType {
  const talks = [...graph.phases.values()].flatMap((phase): [string, ValueType][] => {
    if (phase.kind !== 'talk') return [];
    return [[phase.name, threadType(phase, ['phases', phase.name], { crew, catalog, places })]];
  });
  return objectOf(new Map([['talks', objectOf(new Map(talks), { open: true })]]), { open: true });
}

function typeInputs({ crew, file }: Pick<RuleInput, 'crew' | 'file'>): ValueType {
  const declared = crew.sop.inputs ?? (file === 'crew' ? crew.inputs : undefined);
  return declared === undefined ? ANY : inputsType(declared);
}

/** The conditions of the ways out of each phase, by their place in `next`. */
function guardsOf(
  templates: readonly TemplateSite[],
): ReadonlyMap<string, ReadonlyMap<number, TemplateSite>> {
  const guards = new Map<string, Map<number, TemplateSite>>();
  for (const site of templates) {
    const [, phase, key, index] = site.path;
    if (key !== 'next' || typeof index !== 'number' || site.path.length !== 5) continue;
    const own = guards.get(String(phase)) ?? new Map<number, TemplateSite>();
    own.set(index, site);
    guards.set(String(phase), own);
  }
  return guards;
}

interface Flow {
  readonly entered: Map<string, Facts>;
  readonly guards: Map<TemplateSite, GuardFacts>;
}

/** Facts that hold on every way into each phase, as a greatest fixed point; nothing is settled if it is not found soon. */
function followGuards(
  graph: PhaseGraph,
  guards: ReturnType<typeof guardsOf>,
  rootType: (site: TemplateSite) => TypeScope['rootType'],
): Flow {
  const flow: Flow = { entered: new Map(), guards: new Map() };
  if (graph.start === undefined) return flow;
  const arriving = new Map<string, Map<string, Facts>>([[graph.start, new Map([['', NO_FACTS]])]]);
  const open = new Set([graph.start]);
  // A subscriber is entered from anywhere, so nothing is settled there.
  for (const { name, subscribe } of graph.phases.values()) {
    if (subscribe === undefined) continue;
    arriving.set(name, new Map([['', NO_FACTS]]));
    open.add(name);
  }
  let steps = graph.phases.size * MOST_ROUNDS;
  for (const name of open) {
    open.delete(name);
    steps -= 1;
    if (steps < 0) return { entered: new Map(), guards: new Map() };
    const phase = graph.phases.get(name);
    if (phase === undefined) continue;
    const entered = commonFacts([...(arriving.get(name)?.values() ?? [])]);
    flow.entered.set(name, entered);
    for (const [key, to, facts] of leavingFacts(phase, entered, { guards, rootType, flow })) {
      const into = arriving.get(to) ?? new Map<string, Facts>();
      const before = into.get(key);
      if (before !== undefined && sameFacts(before, facts)) continue;
      arriving.set(to, into.set(key, facts));
      open.add(to);
    }
  }
  return flow;
}

interface FlowContext {
  readonly guards: ReturnType<typeof guardsOf>;
  readonly rootType: (site: TemplateSite) => TypeScope['rootType'];
  readonly flow: Flow;
}

/** What is settled on each way out of a phase: its name, where it leads, and the facts. */
function leavingFacts(phase: Phase, entered: Facts, context: FlowContext): [string, string, Facts][] {
  if (phase.kind === 'end') return [];
  const ways: [string, string, Facts][] = [];
  const before = afterWork(entered, phase);
  let among = before;
  for (const [index, { when, to }] of phase.next.entries()) {
    const site = context.guards.get(phase.name)?.get(index);
    const typed = when === undefined || !site ? undefined : typeGuard(site, { before, among }, context);
    ways.push([`${phase.name}/${index}`, to, crossing(typed?.whenTrue ?? among)]);
    among = typed?.whenFalse ?? among;
  }
  const failed = crossing(entered);
  if (phase.onError !== undefined) ways.push([`${phase.name}/error`, phase.onError, failed]);
  if (phase.onLimit !== undefined) ways.push([`${phase.name}/limit`, phase.onLimit, failed]);
  return ways;
}

function typeGuard(site: TemplateSite, facts: GuardFacts, { rootType, flow }: FlowContext): ConditionTypes {
  flow.guards.set(site, facts);
  return typeCondition(site.source, { rootType: rootType(site), facts: facts.among });
}

/** Behind a phase's work its artifact is a new one. */
function afterWork(facts: Facts, phase: Phase): Facts {
  return forgetRoots(facts, root => root === phase.name);
}

/** What a phase takes along: `visit` and `run` change by themselves, and so do names of one place. */
function crossing(facts: Facts): Facts {
  return forgetRoots(facts, root => root === 'visit' || root === 'run' || root.includes('#'));
}
