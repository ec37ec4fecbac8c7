import type { Budget, Phase, WorkingPhase } from '../model/crew.ts';
import type { ModelTerms } from '../model/fact.ts';
import { firstModelKey } from '../model/fallback-key.ts';
import type { JsonObject } from '../model/json.ts';
import { MAX_MEMORY_MS } from '../model/limits.ts';
import type { Bound, PhasePlan, Plan, PlanExcess, PlanNote, PlannedModel } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import { addBounds, maxBounds, NO_COST, product, sumBounds, timesBound } from './plan-bound.ts';
import { addNote, type MeasurePrompt, type PlanContext } from './plan-context.ts';
import { boundSizes, type Sizes } from './plan-sizes.ts';
import { withLessonBytes } from './plan-trials.ts';
import { boundVisits, type VisitBounds } from './plan-visits.ts';
import { boundVisit, partsOf } from './plan-work.ts';
import { unpricedCeilings } from './unpriced-ceilings.ts';

/** What a plan is made from: a compiled crew, and the models that were chosen for it. */
export interface PlanOptions {
  readonly program: Program;
  readonly models: readonly PlannedModel[];
  /** By alias, by `provider:name` or by `role:<name>`. */
  readonly terms: ReadonlyMap<string, ModelTerms>;
  readonly measurePrompt: MeasurePrompt;
  /** The values of the inputs; without them only those with a default have a known length. */
  readonly inputs?: JsonObject;
  /**
   * Counts as input only what is known before the run: the words of the crew and its inputs, and nothing of what models and
   * tools will say. Such a plan is no bound; it tells a ceiling that is too low from one that only lies below all windows.
   */
  readonly knownOnly?: boolean;
}

/**
 * Bounds everything that a run of a compiled crew can cost, before it starts. Sound for every run that is not resumed:
 * whatever models and tools answer, no run uses more. Where nothing bounds a measure it is Infinity and `notes` says
 * where and why. Pure: equal options give equal plans.
 */
export function planCrew(options: PlanOptions): Plan {
  const { program, models, terms, measurePrompt, inputs, knownOnly = false } = options;
  const notes: PlanNote[] = [];
  const phases = Object.values(program.phases);
  const context: PlanContext = {
    crewGoal: program.goal,
    roles: program.roles,
    tools: program.tools,
    terms,
    sizes: sizesOf(program, inputs, knownOnly),
    knownOnly,
    lessonBytes: 0,
    memory: program.memory,
    measurePrompt,
    notes,
    crews: program.crews ?? {},
    prefix: '',
  };
  const { rows, total: worked } = boundProcedure({ phases, start: startOf(program), context });
  const total = { ...worked, timeMs: worked.timeMs + rememberedCrews(program) * MAX_MEMORY_MS };
  const { budget } = program;
  const unpriced = unpricedCeilings({ program, models, notes });
  const isUnpriced = unpriced.some(({ place }) => place === '');
  const most = withinBudget(total, budget, dearestToken([...terms.values()]));
  return {
    crew: program.crew,
    models,
    phases: rows,
    total,
    budget,
    most,
    excess: [
      ...excessOf(total, budget).filter(({ what }) => !(isUnpriced && what === 'costMicroUsd')),
      ...unpriced,
    ],
    notes,
  };
}

/** What is remembered of the run itself is written once for each crew, when it ends. */
function rememberedCrews({ memory, crews = {} }: Program): number {
  const own = memory === undefined ? 0 : 1;
  return Object.values(crews).reduce((sum, inner) => sum + rememberedCrews(inner), own);
}

function sizesOf(program: Program, inputs: JsonObject | undefined, knownOnly: boolean): Sizes {
  return boundSizes({
    phases: Object.values(program.phases),
    knownOnly,
    declared: program.inputs,
    ...(inputs === undefined ? {} : { inputs }),
    rewritten: program.rewrites !== undefined,
    ...(program.bindings === undefined ? {} : { bindings: program.bindings }),
  });
}

/** The compiled machine begins at the start's entrance, which is named after it. */
function startOf({ machine }: Program): string {
  return String(machine.initial).split('$', 1)[0] ?? '';
}

interface Procedure {
  readonly phases: readonly Phase[];
  readonly start: string;
  readonly context: PlanContext;
}

function boundProcedure({ phases, start, context }: Procedure): {
  readonly rows: readonly PhasePlan[];
  readonly total: Bound;
} {
  const bounds = boundVisits(phases, start);
  const totals = new Map<string, Bound>();
  const rows = phases.flatMap(phase => {
    if (phase.kind === 'end') return [];
    const visits = bounds.visits.get(phase.name) ?? 0;
    if (visits === Number.POSITIVE_INFINITY) {
      const message = 'nothing bounds the cycle that it lies on: give one of its phases `max_visits`';
      addNote(context, { code: 'calls-unbounded', place: context.prefix + phase.name, message });
    }
    const own = phasePlans(phase, { visits, context });
    totals.set(phase.name, own[0]?.total ?? NO_COST);
    return own;
  });
  return { rows, total: dearestWay(bounds, totals) };
}

function phasePlans(
  phase: WorkingPhase,
  { visits, context }: { readonly visits: number; readonly context: PlanContext },
): readonly PhasePlan[] {
  const { bound: once, factors } = boundVisit(phase, { context, path: phase.name, boundCrew });
  const visited = visits === 1 ? [] : [{ what: 'visits', count: visits, why: visitReason(phase) }];
  const row = {
    path: phase.name,
    kind: phase.kind,
    ...roleOf(phase),
    visits,
    factors: [...factors, ...visited],
    once,
    total: timesBound(once, visits),
  };
  const attempts = (phase.reflect?.trials ?? 1) * (1 + (phase.retry?.max ?? 0));
  const insideContext = withLessonBytes(context, phase.reflect);
  const parts = partsOf(phase).map(part => {
    const times = visits * attempts * (phase.kind === 'each' ? phase.max : 1);
    const path = `${phase.name}.${part.name}`;
    const inside = boundVisit(part, { context: insideContext, path, boundCrew });
    const total = timesBound(inside.bound, times);
    return {
      path,
      kind: part.kind,
      ...roleOf(part),
      visits: times,
      factors: inside.factors,
      once: inside.bound,
      total,
    };
  });
  return [row, ...parts];
}

function roleOf(work: { readonly kind: string; readonly role?: string }): { readonly role?: string } {
  return work.role === undefined ? {} : { role: work.role };
}

function visitReason(phase: WorkingPhase): string {
  return phase.maxVisits === undefined ? '`max_visits` of the phases on its cycle' : '`max_visits`';
}

/** A run goes one way through the groups of phases, and within a group it may visit all of them. */
function dearestWay({ groups }: VisitBounds, totals: ReadonlyMap<string, Bound>): Bound {
  const known = new Map<number, Bound>();
  const from = (place: number): Bound => {
    const before = known.get(place);
    if (before !== undefined) return before;
    const group = groups[place];
    const own = sumBounds((group?.phases ?? []).map(name => totals.get(name) ?? NO_COST));
    const bound = addBounds(own, maxBounds((group?.next ?? []).map(from)));
    known.set(place, bound);
    return bound;
  };
  return maxBounds(groups.map((_, place) => from(place)));
}

/** A crew that runs as a phase is a program of its own; what it is given has no known length. */
function boundCrew(path: string, context: PlanContext): Bound {
  const place = context.prefix + path;
  const program = context.crews[path];
  if (program === undefined) {
    const message = 'the file that it runs cannot be read';
    addNote(context, { code: 'calls-unbounded', place, message });
    return timesBound({ ...NO_COST, calls: 1, undisturbedCalls: 1, toolCalls: 1 }, Number.POSITIVE_INFINITY);
  }
  const phases = Object.values(program.phases);
  const sizes = new Map(boundSizes({ phases, declared: program.inputs, knownOnly: context.knownOnly }));
  sizes.set('inputs', Number.POSITIVE_INFINITY);
  const inner: PlanContext = {
    ...context,
    crewGoal: program.goal,
    roles: program.roles,
    tools: program.tools,
    terms: termsInside(path, program, context),
    sizes,
    crews: program.crews ?? {},
    memory: program.memory,
    prefix: `${place}/`,
  };
  return boundProcedure({ phases, start: startOf(program), context: inner }).total;
}

/**
 * A crew inside another one has aliases of its own, which stand behind its path; where nothing was chosen for them, what
 * they declare goes over the model behind them.
 */
function termsInside(
  path: string,
  { models }: Program,
  { terms }: PlanContext,
): ReadonlyMap<string, ModelTerms> {
  // An alias inside has no more models than were chosen for it.
  const outer = [...terms].filter(([name]) => !name.startsWith('role:') && firstModelKey(name) === name);
  const rows = models.flatMap(({ name, use, maxTokens }) => {
    const behind = terms.get(use);
    return behind === undefined
      ? []
      : [[name, { ...behind, maxTokens: maxTokens ?? behind.maxTokens }] as const];
  });
  const prefix = `${path}/`;
  const chosen = [...terms].flatMap(([name, row]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), row] as const] : [],
  );
  return new Map([...outer, ...rows, ...chosen]);
}

/** The highest price of a token among the models, in micro dollars for a million; Infinity when one is not known. */
function dearestToken(terms: readonly ModelTerms[]): number {
  const prices = terms.flatMap(({ languageModel, price }) => {
    if (!languageModel) return [];
    if (price === null) return [Number.POSITIVE_INFINITY];
    return [price.inputMicroUsd, price.cachedInputMicroUsd, price.outputMicroUsd];
  });
  return Math.max(0, ...prices);
}

/** A budget is a ceiling that the runtime keeps, so a run never costs more than it. Pure. */
function withinBudget(total: Bound, budget: Budget, tokenPrice: number): Bound {
  // The ledger rounds every call up.
  const paid = product(budget.tokens ?? Number.POSITIVE_INFINITY, tokenPrice) / 1_000_000;
  const costMicroUsd = Math.min(
    total.costMicroUsd,
    Math.ceil(paid) + Math.min(total.calls, budget.calls ?? total.calls),
  );
  const ceiling = (bound: number, limit: number | undefined): number =>
    Math.min(bound, limit ?? Number.POSITIVE_INFINITY);
  return {
    calls: ceiling(total.calls, budget.calls),
    undisturbedCalls: ceiling(total.undisturbedCalls, budget.calls),
    toolCalls: ceiling(total.toolCalls, budget.toolCalls),
    inputTokens: ceiling(total.inputTokens, budget.tokens),
    outputTokens: ceiling(total.outputTokens, budget.tokens),
    costMicroUsd: ceiling(costMicroUsd, budget.costMicroUsd),
    timeMs: ceiling(total.timeMs, budget.timeMs),
  };
}

/**
 * Where the plan lies above the budget. Counts are exact, so a run that may need more of them than it is given is
 * refused; tokens, money and time are bounded by context windows and timeouts, far above what a run needs, so there the
 * ceiling itself is what protects, and the excess is only said.
 */
function excessOf(total: Bound, budget: Budget): readonly PlanExcess[] {
  const rows = [
    { what: 'calls', bound: total.calls, budget: budget.calls },
    { what: 'toolCalls', bound: total.toolCalls, budget: budget.toolCalls },
    { what: 'tokens', bound: total.inputTokens + total.outputTokens, budget: budget.tokens },
    { what: 'costMicroUsd', bound: total.costMicroUsd, budget: budget.costMicroUsd },
    { what: 'timeMs', bound: total.timeMs, budget: budget.timeMs },
  ] as const;
  return rows.flatMap(({ what, bound, budget: limit }) => {
    const counted = what === 'calls' || what === 'toolCalls';
    if (limit === undefined) {
      const endless = counted && bound === Number.POSITIVE_INFINITY;
      return endless ? [{ what, bound, budget: Number.POSITIVE_INFINITY, refused: true }] : [];
    }
    return bound > limit ? [{ what, bound, budget: limit, refused: counted }] : [];
  });
}
