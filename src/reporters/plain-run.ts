import type { JsonObject } from '../model/json.ts';
import type { Spend } from '../model/run-event.ts';
import { formatDuration } from './amounts.ts';
import { notALanguageModel, onlyResponders } from './describe-model.ts';
import { flushStreams } from './plain-call.ts';
import { type EventOf, failureHint, type PlainState, wholeFailureSpans } from './plain-state.ts';
import { LABEL_COLUMNS } from './plain-writer.ts';
import type { Span } from './render-spans.ts';
import { shortArguments } from './short-arguments.ts';
import { spendText } from './spend-text.ts';
import { underWayText } from './under-way-text.ts';
import { wrapWords } from './wrap-words.ts';

/** Waiting for people that is worth a word. */
const LONG_WAIT_MS = 1000;

/** The header: crew, run, goal, inputs, and for every model alias what was chosen and why. */
export function tellRunStarted(state: PlainState, event: EventOf<'run.started'>): void {
  state.resumeTarget = event.runId + (state.options.resumeFlags ?? '');
  for (const [alias, model] of Object.entries(event.models)) state.models.set(alias, model.use);
  if (state.options.verbosity === 'quiet') return;
  const { writer } = state;
  writer.labelled('crew', [
    { text: event.crew, style: 'bold' },
    { text: ` · run ${event.runId} · program ${event.programHash.slice(0, 8)}`, style: 'dim' },
  ]);
  writer.labelled('goal', [{ text: event.goal }]);
  if (Object.keys(event.inputs).length > 0)
    writer.labelled('inputs', [{ text: inputsText(state, event.inputs) }]);
  const aliasColumns = Math.max(0, ...Object.keys(event.models).map(alias => alias.length));
  for (const [alias, model] of Object.entries(event.models)) {
    writer.labelled('model', modelSpans(alias.padEnd(aliasColumns), model.use, model.reason), true);
  }
  writer.blank();
}

/** One row in place of the events of a run that were told before; what they said is told again where it matters. */
export function tellEarlier(state: PlainState, count: number): void {
  if (count === 0) return;
  state.toldFailures.clear();
  state.toldTexts.clear();
  if (state.options.verbosity === 'quiet') return;
  const events = count === 1 ? '1 earlier event' : `${count} earlier events`;
  const text = `${events}; crew logs ${state.resumeTarget} shows ${count === 1 ? 'it' : 'them'}`;
  const rows = wrapWords(text, state.options.columns - LABEL_COLUMNS);
  for (const [nth, row] of rows.entries())
    state.writer.labelled(nth === 0 ? '…' : '', [{ text: row, style: 'dim' }], true);
}

/** A row that parts what happened before a pause from what happens after it. */
export function tellRunResumed(state: PlainState): void {
  if (state.options.verbosity === 'quiet') return;
  const pauseMs = state.clock.pauseMs();
  const text = pauseMs === undefined ? 'resumed' : `resumed after ${formatDuration(pauseMs)}`;
  state.writer.row({ elapsedMs: state.clock.elapsedMs(), mark: '▸', style: 'cyan', spans: [{ text }] });
}

/** The footer: how the run ended and what it spent; for a failure also why and what to do. */
export function tellRunEnded(state: PlainState, event: EventOf<'run.ended'>): void {
  flushStreams(state);
  spaceBeforeFooter(state);
  if (event.outcome === 'error') {
    state.writer.labelled(
      'failed',
      [{ text: `in ${event.phase}: ` }, ...wholeFailureSpans(state, event.failure)],
      true,
    );
    tellHint(state, failureHint(state, event.failure));
    tellHint(state, state.options.phaseHints?.get(event.phase));
    tellMemoryTrouble(state, []);
    tellSpend(state, { text: '✗ error', style: 'red' }, event.spend);
    return;
  }
  tellMemoryTrouble(state, state.memoryTroubles);
  tellSpend(state, endSpan(state, event), event.spend);
}

/** What was wrong with memory, and what of it waits for a person. */
function tellMemoryTrouble(state: PlainState, troubles: Iterable<string>): void {
  const waiting = state.heldBack.words();
  for (const text of [...troubles, ...(waiting === undefined ? [] : [waiting])]) {
    state.writer.labelled('memory', [{ text, style: 'yellow' }], true);
  }
}

function endSpan({ options }: PlainState, { outcome, phase }: EventOf<'run.ended'>): Span {
  const words = options.endWords?.get(phase);
  if (words !== undefined) return { text: `‖ ${words}`, style: 'yellow' };
  return outcome === 'failure'
    ? { text: `✗ failure at ${phase}`, style: 'red' }
    : { text: '✓ success', style: 'green' };
}

/** The footer of a run that waits: why, what was spent so far, and the command that goes on. */
export function tellRunSuspended(state: PlainState, event: EventOf<'run.suspended'>): void {
  flushStreams(state);
  spaceBeforeFooter(state);
  state.writer.labelled('waits', wholeFailureSpans(state, event.failure), true);
  tellHint(state, failureHint(state, event.failure));
  tellSpend(state, { text: '‖ suspended', style: 'yellow' }, event.spend);
  if (event.underWay !== undefined) state.writer.labelled('', [{ text: underWayText(event.underWay) }], true);
  state.writer.labelled('resume', [{ text: `crew resume ${state.resumeTarget}`, style: 'bold' }], true);
}

function tellHint(state: PlainState, hint: string | undefined): void {
  if (hint !== undefined) state.writer.labelled('hint', [{ text: hint }], true);
}

function tellSpend(state: PlainState, outcome: Span, spend: Spend): void {
  const responder = onlyResponders([...state.models.values()]);
  const elapsed = elapsedText(state.clock);
  const isBounded = state.charges.isBounded();
  const text = spendText(spend, responder === undefined ? { isBounded } : { responder, isBounded });
  state.writer.labelled('spent', [outcome, { text: ` · ${text} · ${elapsed}` }], true);
}

/** How long it took, and how much of that people did. */
function elapsedText(clock: PlainState['clock']): string {
  const waitedMs = clock.waitedMs();
  const worked = formatDuration(clock.elapsedMs() - waitedMs);
  return waitedMs < LONG_WAIT_MS
    ? formatDuration(clock.elapsedMs())
    : `${worked}, waited ${formatDuration(waitedMs)}`;
}

function spaceBeforeFooter(state: PlainState): void {
  if (state.options.verbosity !== 'quiet') state.writer.blank();
}

function inputsText(state: PlainState, inputs: JsonObject): string {
  const room = state.options.columns - LABEL_COLUMNS;
  return state.options.verbosity === 'verbose' ? JSON.stringify(inputs) : shortArguments(inputs, room);
}

function modelSpans(alias: string, use: string, reason: string): readonly Span[] {
  const warning = notALanguageModel(use);
  return [
    { text: `${alias}  ` },
    { text: use, style: 'bold' },
    ...(warning === undefined ? [] : [{ text: ` · ${warning}`, style: 'yellow' } as const]),
    { text: ` · ${reason}`, style: 'dim' },
  ];
}
