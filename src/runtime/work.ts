import type { PhaseWork } from '../model/crew.ts';
import type { Fact } from '../model/fact.ts';
import { type AskState, decideAsk, resumeAsk, startAsk } from './ask/ask-work.ts';
import { type ChainState, decideChain, resumeChain, startChain } from './chain/chain-work.ts';
import { type CrewState, endCrew, startCrew } from './crews/crew-work.ts';
import { type EachState, startEach, takeItem } from './fan-out/each-work.ts';
import { beginBranch, type ParallelState, startParallel, takeBranch } from './fan-out/parallel-work.ts';
import type { ManageState } from './manage/manage-state.ts';
import { beginManaged, decideManage, resumeManage, startManage } from './manage/manage-work.ts';
import { decideHuman, type HumanState, resumeHuman, startHuman, timeOutHuman } from './people/human-work.ts';
import { decideReflection, type ReflectionState, resumeReflection } from './reflect/reflection-work.ts';
import type { BegunPart, PartOutcome, Step } from './step.ts';
import type { TalkState } from './talk/talk-state.ts';
import { beginTurn, decideTalk, resumeTalk, startTalk, takeSummary } from './talk/talk-work.ts';
import { decideRole, type RoleState, resumeRole, startRole } from './turns/role-work.ts';
import { decideTool, startTool, type ToolState } from './turns/tool-work.ts';
import type { WorkContext } from './work-context.ts';

/** The small state of any kind of work. */
export type WorkState =
  | RoleState
  | ToolState
  | ParallelState
  | EachState
  | HumanState
  | CrewState
  | ManageState
  | AskState
  | ChainState
  | TalkState
  | ReflectionState;

/**
 * One kind of work. `decide` takes the facts of its own effects, `begin` what the statechart begins inside it, `part`
 * how a part that it opened came out, `inner` how its procedure ended; `resume` goes on after a hold, `timeout` says what
 * comes out when its time is over, if that is no failure. All are pure.
 */
interface WorkRow<Work, State> {
  readonly start: (work: Work, context: WorkContext) => Step<State>;
  readonly decide?: (state: State, context: WorkContext, fact: Fact) => Step<State>;
  readonly resume?: (state: State, context: WorkContext) => Step<State>;
  readonly begin?: (state: State, context: WorkContext, part: BegunPart) => Step<State>;
  readonly part?: (
    state: State,
    context: WorkContext,
    part: { readonly name: string; readonly outcome: PartOutcome },
  ) => Step<State>;
  readonly inner?: (state: State, context: WorkContext, outcome: PartOutcome) => Step<State>;
  readonly timeout?: (state: State, context: WorkContext) => Step<State> | undefined;
}

type RowOf<Kind extends WorkState['kind']> = WorkRow<
  Extract<PhaseWork, { kind: Kind }>,
  Extract<WorkState, { kind: Kind }>
>;

const WORKS: { readonly [Kind in WorkState['kind']]: RowOf<Kind> } = {
  role: { start: startRole, decide: decideRole, resume: resumeRole },
  tool: { start: startTool, decide: decideTool },
  parallel: { start: startParallel, begin: beginBranch, part: takeBranch },
  each: { start: startEach, part: takeItem },
  manage: { start: startManage, begin: beginManaged, decide: decideManage, resume: resumeManage },
  human: { start: startHuman, decide: decideHuman, resume: resumeHuman, timeout: timeOutHuman },
  crew: { start: startCrew, inner: endCrew },
  ask: { start: startAsk, decide: decideAsk, resume: resumeAsk },
  chain: { start: startChain, decide: decideChain, resume: resumeChain },
  talk: {
    start: startTalk,
    begin: beginTurn,
    decide: decideTalk,
    part: takeSummary,
    resume: resumeTalk,
  },
  // A phase with `reflect` comes to be judged by its completion, never by its opening.
  reflection: { start: neverStarted, decide: decideReflection, resume: resumeReflection },
};

function neverStarted(): never {
  throw new Error('a reflection is no kind of phase');
}

/** The row of a state or a work; its functions take just that kind. */
function rowOf(kind: string): WorkRow<PhaseWork, WorkState> {
  const row = Object.hasOwn(WORKS, kind) ? WORKS[kind as WorkState['kind']] : undefined;
  if (row !== undefined) return row as unknown as WorkRow<PhaseWork, WorkState>;
  throw new Error(`compiled program has work of the unknown kind ${kind}`);
}

/** Starts a piece of work. Fails with TEMPLATE_FAILED when its task or arguments cannot be rendered. */
export function startWork(work: PhaseWork, context: WorkContext): Step<WorkState> {
  return rowOf(work.kind).start(work, context);
}

/** Decides on a fact about one of the work's effects. Pure. */
export function decideWork(state: WorkState, context: WorkContext, fact: Fact): Step<WorkState> {
  const { decide } = rowOf(state.kind);
  if (decide === undefined) {
    throw new Error(`a ${state.kind} phase has no effects of its own, but got ${fact.type}`);
  }
  return decide(state, context, fact);
}

/** Goes on with work that was held. Pure. */
export function resumeWork(state: WorkState, context: WorkContext): Step<WorkState> {
  const { resume } = rowOf(state.kind);
  if (resume === undefined) throw new Error(`a ${state.kind} phase waits for nothing`);
  return resume(state, context);
}

/** Begins a branch or a turn inside the work, as the statechart says. Pure. */
export function beginPart(state: WorkState, context: WorkContext, part: BegunPart): Step<WorkState> {
  const { begin } = rowOf(state.kind);
  if (begin === undefined) throw new Error(`a ${state.kind} phase has no parts to begin`);
  return begin(state, context, part);
}

/** Takes in how a part came out. Pure. */
export function takePart(
  state: WorkState,
  context: WorkContext,
  part: { readonly name: string; readonly outcome: PartOutcome },
): Step<WorkState> {
  const { part: take } = rowOf(state.kind);
  if (take === undefined) throw new Error(`a ${state.kind} phase has no parts`);
  return take(state, context, part);
}

/** Takes in how the procedure inside the work ended. Pure. */
export function takeInnerEnd(state: WorkState, context: WorkContext, outcome: PartOutcome): Step<WorkState> {
  const { inner } = rowOf(state.kind);
  if (inner === undefined) throw new Error(`a ${state.kind} phase has no procedure inside`);
  return inner(state, context, outcome);
}

/** What comes out when the time of the work is over; undefined when that is its failure. Pure. */
export function timeOutWork(state: WorkState, context: WorkContext): Step<WorkState> | undefined {
  return rowOf(state.kind).timeout?.(state, context);
}

/** Whether a model or a person may be what the work waits for, so that it can be held. Pure. */
export function canResume(state: WorkState): boolean {
  return rowOf(state.kind).resume !== undefined;
}
