import { CrewError } from '../../model/crew-error.ts';
import type { Spend } from '../../model/run-event.ts';
import type { Engine, RunHeader } from '../../ports/engine.ts';
import type { RunState } from '../../runtime/run-state.ts';
import type { AskedBefore } from '../choose-ask.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { loadReporters } from '../wire.ts';
import { answersSoFar } from './answers-so-far.ts';
import { askedBefore } from './asked-before.ts';
import { goOn, type Said } from './conversation.ts';

/** A conversation to go on with: what was said, and what its runs have cost. */
export interface Conversation {
  readonly said: readonly Said[];
  readonly spend: ConversationSpend;
  /** Whom the run that it goes on with has asked. */
  readonly asked: AskedBefore;
  /** The run that it goes on with. */
  readonly runId: string;
  /** A question that was asked later and has no answer, so that this conversation is not the last; absent where it is. */
  readonly later?: RunHeader;
}

/** What runs of a conversation have taken; money is null where a price is not known. */
export interface ConversationSpend {
  readonly calls: number;
  readonly costMicroUsd: number | null;
}

/**
 * The conversation of a run of `crew ask`, by its id, or of the last one that has an answer. Fails with USAGE when there is
 * none, and with RUN_NOT_FOUND.
 */
export async function readConversation(engine: Engine, named: string | undefined): Promise<Conversation> {
  const runs = named === undefined ? askedHere(engine) : [];
  const runId = named ?? runs.find(({ status }) => status === 'success')?.runId;
  const [last] = runs;
  if (runId === undefined) {
    throw new CrewError('USAGE', 'there is nothing to go on with: no run of `crew ask` here has an answer');
  }
  const { run, steps } = await readRecordedRun(engine, runId);
  const state = steps.at(-1)?.after;
  const { isAnswers } = await loadReporters();
  const result = state === undefined ? undefined : answersOf(state);
  const [started] = run.facts;
  const asked =
    started?.type !== 'run.started'
      ? undefined
      : askedBefore(run.program, {
          runId,
          models: started.models,
          summary: started.inputs.summary !== false,
        });
  if (
    asked === undefined ||
    started?.type !== 'run.started' ||
    !isAnswers(result) ||
    result.answers.every(answer => 'failure' in answer)
  ) {
    throw new CrewError('USAGE', `run \`${run.runId}\` is no question of \`crew ask\` that has an answer`);
  }
  const said = goOn({ runId: run.runId, inputs: started.inputs }, result);
  const spends = await Promise.all(said.map(each => spentBy(engine, each.run)));
  const later = last === undefined || last.runId === runId ? {} : { later: last };
  return { said, spend: addSpends(spends), asked, runId: run.runId, ...later };
}

/** What a run has answered, also where its summary failed or waits. */
function answersOf(state: RunState): unknown {
  const { end } = state;
  if (end !== undefined && 'result' in end) return end.result;
  return answersSoFar(state, end === undefined ? state.suspension?.failure : end.failure);
}

/** The latest first. */
function askedHere(engine: Engine): readonly RunHeader[] {
  const runs = engine.list().filter(({ crew }) => crew === 'ask');
  return runs.toSorted((left, right) => right.createdAt - left.createdAt);
}

/** That a later question is left out, and why it has no answer; '' where none is. Pure. */
export function laterText({ runId, later }: Conversation): string {
  if (later === undefined) return '';
  const how = later.active
    ? 'is still under way'
    : later.status !== 'open'
      ? 'failed'
      : later.summary?.waitsFor === undefined
        ? 'was stopped'
        : 'waits';
  return `talk    goes on with run ${runId}; the later question, run ${later.runId}, ${how}\n`;
}

/** A run of the conversation may be gone; what it took is not known any more. */
export async function spentBy(engine: Engine, runId: string): Promise<ConversationSpend> {
  try {
    const { steps } = await readRecordedRun(engine, runId);
    return spendOf(steps.at(-1)?.after.ledger.spent);
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { calls: 0, costMicroUsd: null };
  }
}

/** The part of what was spent that is told of a conversation. Pure. */
export function spendOf(spend: Spend | undefined): ConversationSpend {
  return { calls: spend?.calls ?? 0, costMicroUsd: spend?.costMicroUsd ?? null };
}

/** The sum; not known where one of them is not. Pure. */
export function addSpends(spends: readonly ConversationSpend[]): ConversationSpend {
  return spends.reduce(
    (sum, each) => ({
      calls: sum.calls + each.calls,
      costMicroUsd:
        sum.costMicroUsd === null || each.costMicroUsd === null ? null : sum.costMicroUsd + each.costMicroUsd,
    }),
    { calls: 0, costMicroUsd: 0 },
  );
}
