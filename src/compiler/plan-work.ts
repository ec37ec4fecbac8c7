import type { BranchWork, EachWork, ParallelWork, PhaseWork, RetryPolicy, RoleWork } from '../model/crew.ts';
import { MAX_BACKOFF_MS } from '../model/limits.ts';
import type { Bound, PlanFactor } from '../model/plan.ts';
import type { Reflection } from '../model/reflection.ts';
import { addBounds, atOnce, NO_COST, sumBounds, timesBound } from './plan-bound.ts';
import { addNote, type PlanContext } from './plan-context.ts';
import { boundManage } from './plan-manage.ts';
import { withMemoryTime } from './plan-memory.ts';
import { boundAsk, boundChain } from './plan-prompts.ts';
import { boundRole, type ExplainedBound } from './plan-role.ts';
import { boundTalk } from './plan-talk.ts';
import { boundThoughts } from './plan-thoughts.ts';
import { boundTrials, withLessonBytes } from './plan-trials.ts';

/** Bounds a procedure inside another one, such as the file of a `crew` phase. */
type BoundCrew = (path: string, context: PlanContext) => Bound;

interface Place {
  readonly context: PlanContext;
  readonly path: string;
  readonly boundCrew: BoundCrew;
}

type Rows = {
  readonly [Kind in PhaseWork['kind']]: (
    work: Extract<PhaseWork, { kind: Kind }>,
    place: Place,
  ) => ExplainedBound;
};

/** One attempt of each kind of work. */
const ATTEMPTS = {
  role: (work, place) => boundRole(place.context, roleTask(work, place.path)),
  tool: () => ({
    bound: { ...NO_COST, toolCalls: 1, timeMs: Number.POSITIVE_INFINITY },
    factors: [{ what: 'tool calls', count: 1, why: 'the phase is one call' }],
  }),
  parallel: boundParallel,
  talk: (work, { context, path }) => boundTalk(work, context, path),
  manage: (work, { context, path }) => boundManage(work, context, path),
  ask: (work, { context, path }) => boundAsk(work, context, path),
  chain: (work, { context, path }) => boundChain(work, context, path),
  each: boundEach,
  human: () => ({ bound: { ...NO_COST, timeMs: Number.POSITIVE_INFINITY }, factors: [] }),
  crew: (_work, { context, path, boundCrew }) => ({ bound: boundCrew(path, context), factors: [] }),
} as const satisfies Rows;

/** Bounds one visit of a phase or branch: its attempts, its trials and its timeout. Pure but for the notes. */
export function boundVisit(
  work: PhaseWork & { readonly reflect?: Reflection },
  place: Place,
): ExplainedBound {
  const row = ATTEMPTS[work.kind] as (work: PhaseWork, place: Place) => ExplainedBound;
  const attempt = row(work, { ...place, context: withLessonBytes(place.context, work.reflect) });
  const trials =
    work.reflect === undefined
      ? attempt.bound
      : boundTrials(attempt.bound, work.reflect, { work, context: place.context, path: place.path });
  const attempts = 1 + (work.retry?.max ?? 0);
  const spent = timesBound(trials, attempts);
  const timeMs = Math.min(work.timeoutMs ?? Number.POSITIVE_INFINITY, spent.timeMs + pausesMs(work.retry));
  if (timeMs === Number.POSITIVE_INFINITY) {
    const message = 'it has no `timeout`, and what it waits for has no limit of its own';
    addNote(place.context, { code: 'time-unbounded', place: place.context.prefix + place.path, message });
  }
  const factors: PlanFactor[] = [...attempt.factors];
  if (work.reflect !== undefined)
    factors.push({ what: 'trials', count: work.reflect.trials, why: '`reflect.trials`' });
  if (attempts > 1) factors.push({ what: 'attempts', count: attempts, why: '`retry.max` and the first one' });
  const thoughts = boundThoughts(work, place.context, place.path);
  if (thoughts.calls > 0) {
    const why = 'a model rates what is remembered, and draws insights where enough was gathered';
    factors.push({ what: 'calls for thoughts', count: thoughts.undisturbedCalls, why });
  }
  const bound = withMemoryTime({ ...spent, timeMs }, place.context);
  return { bound: addBounds(bound, thoughts), factors };
}

function roleTask(work: RoleWork, path: string) {
  const output = work.output === undefined ? {} : { output: work.output };
  const model = work.model === undefined ? {} : { model: work.model };
  const { name, role, task, maxTurns } = work;
  return { path, name, role, task, maxTurns, ...output, ...model };
}

function boundParallel(work: ParallelWork, { context, path, boundCrew }: Place): ExplainedBound {
  const branches = work.branches.map(
    branch => boundVisit(branch, { context, path: `${path}.${branch.name}`, boundCrew }).bound,
  );
  const bound = work.concurrency === undefined ? atOnce(branches) : sumBounds(branches);
  return { bound, factors: [{ what: 'branches', count: branches.length, why: '`parallel`' }] };
}

function boundEach(work: EachWork, { context, path, boundCrew }: Place): ExplainedBound {
  const one = boundVisit(work.work, { context, path: `${path}.${work.work.name}`, boundCrew });
  const factors = [...one.factors, { what: 'items', count: work.max, why: '`each.max`' }];
  return { bound: timesBound(one.bound, work.max), factors };
}

/** The pauses between attempts, each twice as long as the one before. */
function pausesMs(retry: RetryPolicy | undefined): number {
  if (retry === undefined) return 0;
  let pauses = 0;
  let doubled = retry.backoffMs;
  for (let attempt = 0; attempt < retry.max; attempt += 1) {
    if (doubled >= MAX_BACKOFF_MS) return pauses + (retry.max - attempt) * MAX_BACKOFF_MS;
    pauses += doubled;
    doubled *= 2;
  }
  return pauses;
}

/** The works of a phase that have a line of their own in a plan. Pure. */
export function partsOf(work: PhaseWork): readonly BranchWork[] {
  if (work.kind === 'parallel') return work.branches;
  return work.kind === 'each' ? [work.work] : [];
}
