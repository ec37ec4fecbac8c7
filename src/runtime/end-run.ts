import type { Fact } from '../model/fact.ts';
import { admit, cancelActsOf } from './admission.ts';
import { endWishes } from './remember/decisions.ts';
import { writtenEvents } from './remember/take-written.ts';
import { type Draft, publish, type RunEnd } from './run-state.ts';

/** Ends the run: at once, or when what is to be remembered of it is remembered; its time does not run on meanwhile. */
export function endRun(draft: Draft, end: RunEnd): void {
  const writes = endWishes(draft.state, end);
  if (writes.length === 0) return concludeRun(draft, end);
  cancelActsOf(draft, 'run/time-');
  draft.state = { ...draft.state, ending: { end, writes } };
  admit(draft, writes.slice(0, 1));
}

/** Takes in that something of the run is remembered, or cannot be; the end comes with the last of it. */
export function goOnEnding(draft: Draft, fact: Extract<Fact, { key: string }>): void {
  const { ending, ...state } = draft.state;
  const [first, ...writes] = ending?.writes ?? [];
  const isWritten = fact.type === 'memory.written' || fact.type === 'memory.failed';
  if (ending === undefined || first === undefined || !isWritten) {
    throw new Error(`a run that is over cannot decide on ${fact.type}`);
  }
  for (const event of writtenEvents(fact, first)) publish(draft, event);
  draft.state = state;
  if (writes.length === 0) return concludeRun(draft, ending.end);
  draft.state = { ...state, ending: { ...ending, writes } };
  admit(draft, writes.slice(0, 1));
}

function concludeRun(draft: Draft, end: RunEnd): void {
  draft.state = { ...draft.state, end };
  const { at, ledger } = draft.state;
  publish(draft, { at, type: 'run.ended', ...end, spend: ledger.spent });
}
