import type { Journal } from '../ports/engine.ts';
import { callsUnderWay } from '../runtime/calls-under-way.ts';
import type { RunOutcome } from '../runtime/run.ts';
import { answersSoFar } from './ask/answers-so-far.ts';
import { addSpends, type ConversationSpend, spendOf } from './ask/read-conversation.ts';
import { askDocument } from './ask-document.ts';
import { rewriteDocument } from './reformulate/rewrite-document.ts';
import { loadReporters } from './wire.ts';

type LeftRun = Exclude<RunOutcome, { type: 'interrupted' }>;

/** The one document of `--json`. A run of `crew ask` has a form of its own, however it was left. */
export async function resultDocument(
  journal: Pick<Journal, 'runId' | 'program'>,
  outcome: LeftRun,
  spentBefore?: ConversationSpend,
): Promise<object> {
  const { runId, program } = journal;
  const { spent: spend } = outcome.state.ledger;
  const left = howLeft(outcome);
  const calls = outcome.type === 'suspended' ? callsUnderWay(outcome.state) : undefined;
  const underWay = calls === undefined ? {} : { underWay: calls };
  const rewrite = rewriteDocument(outcome.state);
  const reformulation = rewrite === undefined ? {} : { reformulation: rewrite };
  const { isAnswers } = await loadReporters();
  const answers = 'result' in left ? left.result : answersSoFar(outcome.state, left.failure);
  if (isAnswers(answers)) {
    const document = askDocument(answers, { runId, outcome: left.outcome, spend });
    return { ...document, ...underWay, ...conversationOf(outcome, spentBefore), ...reformulation };
  }
  return { version: 1, runId, crew: program.crew, ...left, ...reformulation, spend, ...underWay };
}

/** What a question goes on with, and what all of it has taken, this run too; nothing where it begins a conversation. */
function conversationOf({ state }: LeftRun, spentBefore: ConversationSpend | undefined): object {
  const { history } = state.procedures['']?.inputs ?? {};
  if (!Array.isArray(history) || history.length === 0) return {};
  const spend =
    spentBefore === undefined ? {} : { spend: addSpends([spentBefore, spendOf(state.ledger.spent)]) };
  return { conversation: { history, ...spend } };
}

function howLeft(outcome: LeftRun) {
  if (outcome.type === 'ended') return outcome.end;
  return { outcome: 'suspended', failure: outcome.state.suspension?.failure } as const;
}
