import type {
  BranchWork,
  EachWork,
  ParallelWork,
  PhaseWork,
  Reflection,
  RetryPolicy,
  RoleWork,
  TalkWork,
} from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import { MAX_BACKOFF_MS } from '../model/limits.ts';
import type { Bound, PlanFactor } from '../model/plan.ts';
import { atOnce, maxBounds, NO_COST, sumBounds, timesBound } from './plan-bound.ts';
import { addNote, type PlanContext } from './plan-context.ts';
import { boundManage } from './plan-manage.ts';
import { boundAsk, boundChain } from './plan-prompts.ts';
import { boundRole, boundSingleTurns, type ExplainedBound } from './plan-role.ts';
import { boundTrials, withLessonBytes } from './plan-trials.ts';

/** A work with turns of roles whose number the file does not say: as many as a role phase has by default. */
const TURNS_OF_A_REPLY = 16;

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
  talk: boundTalk,
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
  return { bound: { ...spent, timeMs }, factors };
}

function roleTask(work: RoleWork, path: string) {
  const output = work.output === undefined ? {} : { output: work.output };
  return { path, name: work.name, role: work.role, task: work.task, maxTurns: work.maxTurns, ...output };
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

function boundTalk(work: TalkWork, place: Place): ExplainedBound {
  const { context, path } = place;
  const reply = (role: string): Bound => {
    const inner = innerTalk(work, role);
    if (inner !== undefined) return boundTalk(inner, insideTalk(place, role)).bound;
    return boundRole(context, { path, name: work.name, role, task: work.task, maxTurns: TURNS_OF_A_REPLY })
      .bound;
  };
  const replies = timesBound(maxBounds(work.roles.map(reply)), work.maxTurns);
  const choices =
    work.selector === undefined
      ? NO_COST
      : boundSingleTurns(context, {
          path,
          name: work.name,
          models: [work.selector.model],
          promptBytes: Number.POSITIVE_INFINITY,
        });
  const factors = [
    { what: 'replies', count: work.maxTurns, why: '`talk.max_turns`' },
    ...Object.values(work.inner ?? {}).map(({ name, maxTurns }) => ({
      what: `replies inside \`${name}\``,
      count: maxTurns,
      why: `\`inner.${name}.max_turns\`, and one more turn for its summary`,
    })),
    { what: 'turns of a reply', count: TURNS_OF_A_REPLY, why: 'a speaker may use its tools' },
    { what: 'artifacts', count: 1, why: 'one more turn writes the artifact' },
  ];
  return { bound: sumBounds([replies, timesBound(choices, work.maxTurns), reply(work.by)]), factors };
}

/** Its task reads replies, whose names may be those of phases, which are of other sizes. */
function insideTalk({ context, path, boundCrew }: Place, participant: string): Place {
  const sizes = new Map(context.sizes);
  for (const name of ['reply', 'speaker', 'turn', 'thread']) sizes.delete(name);
  return { context: { ...context, sizes }, path: `${path}.${participant}`, boundCrew };
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
