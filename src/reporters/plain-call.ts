import type { ModelDelta } from '../model/run-event.ts';
import { formatBytes, formatCost, formatDuration, formatQuantity } from './amounts.ts';
import { modelName, notALanguageModel } from './describe-model.ts';
import { gaveWayLines } from './memory-event.ts';
import { createModelStream, type ModelStream } from './model-stream.ts';
import { type EventOf, failureSpans, type PlainState, speakerOf, tellRow } from './plain-state.ts';
import type { Span } from './render-spans.ts';
import { shortArguments } from './short-arguments.ts';
import { callUsageText } from './spend-text.ts';
import { summarizeValue } from './summarize-value.ts';

/** UTF-16 units kept of a line for each column of the terminal: enough for the longest emoji. */
const UNITS_PER_COLUMN = 16;

/** Text that a model writes right now, told line by line under its phase. */
export function takeDelta(state: PlainState, delta: ModelDelta): void {
  if (state.options.verbosity === 'quiet') return;
  const { phase } = delta;
  const open = state.streams.get(delta.key) ?? {
    phase,
    role: delta.role,
    who: speakerOf(state, delta),
    stream: newStream(state),
  };
  state.streams.set(delta.key, open);
  tellLines(state, open, open.stream.push(delta.text));
}

/**
 * Tells the open last lines of all streams, or of those of one phase, and forgets the streams; with `role`, those of the others
 * who write at once go on.
 */
export function flushStreams(state: PlainState, phase?: string, role?: string): void {
  for (const [key, open] of state.streams) {
    if (phase !== undefined && open.phase !== phase) continue;
    if (role !== undefined && open.role !== role) continue;
    state.streams.delete(key);
    tellLines(state, open, open.stream.end().lines);
  }
}

/** Which model is asked; told only when verbose, because its answer tells it too. */
export function tellModelStarted(state: PlainState, event: EventOf<'model.started'>): void {
  const use = state.models.get(event.model) ?? event.model;
  state.openCalls.set(event.key, use);
  if (state.options.verbosity !== 'verbose') return;
  const text = `turn ${event.turn}: asking ${modelName(use)}`;
  tellRow(state, { place: event.phase, mark: '◦', style: 'dim', spans: [{ text, style: 'dim' }] });
}

/** What a model answered, with its tokens, money and time; text that was not streamed is told before. */
export function tellModelEnded(state: PlainState, event: EventOf<'model.ended'>): void {
  const use = state.openCalls.get(event.key) ?? '';
  const streamed = state.streams.get(event.key)?.stream;
  state.openCalls.delete(event.key);
  state.streams.delete(event.key);
  const stream = streamed ?? newStream(state);
  const speaker = speakerOf(state, event);
  const told = { phase: event.phase, who: speaker };
  if (streamed === undefined && event.outcome === 'answered') {
    tellLines(state, told, stream.push(event.text));
  }
  const { lines, artifactBytes } = stream.end();
  tellLines(state, told, lines);
  // A call without words, such as a hand-off with the tool, belongs to what was said before.
  if (event.outcome === 'answered' && event.text.trim() !== '') {
    state.toldTexts.set(`${event.phase} ${event.role}`, artifactBytes === 0 ? event.text.trim() : '');
  }
  const model = use === '' ? '' : `${modelName(use)} · `;
  const who: readonly Span[] = [
    { text: speaker === '' ? '' : `${speaker} · ` },
    { text: model, style: 'dim' },
  ];
  const took: Span = { text: ` · ${formatDuration(event.ms)}`, style: 'dim' };
  if (event.outcome === 'failed') {
    const { retry } = event;
    const next: readonly Span[] =
      retry === undefined
        ? []
        : [{ text: ` · try ${retry.nth} of ${retry.of} in ${formatDuration(retry.inMs)}`, style: 'dim' }];
    const spans = [...who, ...failureSpans(state, event.failure), took, ...next];
    tellRow(state, { place: event.phase, mark: '✗', style: 'red', spans, whole: true });
    return;
  }
  const done = [
    ...(artifactBytes > 0 ? [`wrote artifact, ${formatBytes(artifactBytes)}`] : []),
    ...(event.toolCalls > 0 ? [`wants ${formatQuantity(event.toolCalls, 'tool call')}`] : []),
  ];
  const answer = done.length === 0 ? 'answered' : done.join(', ');
  const { cutAt } = event;
  const cut: readonly Span[] =
    cutAt === undefined
      ? []
      : [{ text: `, and was cut off at ${cutAt.toLocaleString('en-US')} tokens`, style: 'yellow' }];
  const spans: readonly Span[] = [
    ...who,
    { text: answer },
    ...cut,
    took,
    { text: priceText(use, event), style: 'dim' },
  ];
  tellRow(state, { place: event.phase, mark: '◦', style: 'dim', spans });
}

/** That an answer was cut off, for who is told of no other call. */
export function tellCut(state: PlainState, event: EventOf<'model.ended'>): void {
  if (event.outcome === 'failed' || event.cutAt === undefined) return;
  const text = `an answer of ${event.role} was cut off at ${event.cutAt.toLocaleString('en-US')} tokens`;
  const elapsedMs = state.clock.elapsedMs();
  state.writer.row({ elapsedMs, place: event.phase, mark: '!', style: 'yellow', spans: [{ text }] });
}

/** Remembers the arguments for the row of the end; a row of its own only when verbose. */
export function tellToolStarted(state: PlainState, event: EventOf<'tool.started'>): void {
  const args = shortArguments(event.args);
  state.openCalls.set(event.key, args);
  if (state.options.verbosity !== 'verbose') return;
  const spans: readonly Span[] = [{ text: `${event.tool} ` }, { text: `${args} …`, style: 'dim' }];
  tellRow(state, { place: event.phase, mark: '•', style: 'dim', spans });
}

/** One tool call on one row: tool, short arguments, what came back, time. */
export function tellToolEnded(state: PlainState, event: EventOf<'tool.ended'>): void {
  const args = state.openCalls.get(event.key) ?? '';
  state.openCalls.delete(event.key);
  const call: readonly Span[] = [
    { text: event.tool },
    { text: args === '' ? '' : ` ${args}`, style: 'dim' },
    { text: ' → ', style: 'dim' },
  ];
  const took: Span = { text: ` · ${formatDuration(event.ms)}`, style: 'dim' };
  if (event.outcome === 'failed') {
    // Which person refused it, and why, was told just before.
    if (event.failure.code === 'CONSENT_DENIED' && state.answered.has(event.key)) return;
    const spans = [...call, ...failureSpans(state, event.failure), took];
    tellRow(state, { place: event.phase, mark: '✗', style: 'red', spans, whole: true });
    return;
  }
  const spans = [...call, { text: summarizeValue(event.value) }, took];
  tellRow(state, { place: event.phase, mark: '•', style: 'green', spans });
  for (const { text } of gaveWayLines(event)) {
    tellRow(state, { place: event.phase, mark: '◆', style: 'cyan', spans: [{ text }] });
  }
}

/** Model text stands two columns right of the marks, so it can never look like a row of ours. */
function tellLines(
  state: PlainState,
  { phase, who }: { readonly phase: string; readonly who: string },
  lines: readonly string[],
): void {
  if (state.options.verbosity === 'quiet') return;
  const speaker: Span = { text: who === '' ? '  ' : `  ${who}: `, style: 'dim' };
  for (const line of lines) {
    state.writer.row({ place: phase, mark: '', spans: [speaker, { text: line.replaceAll('\t', '  ') }] });
  }
}

function newStream(state: PlainState): ModelStream {
  return createModelStream({
    showArtifacts: state.options.verbosity === 'verbose',
    maxLineLength: state.options.columns * UNITS_PER_COLUMN,
  });
}

function priceText(
  use: string,
  event: Extract<EventOf<'model.ended'>, { readonly outcome: 'answered' }>,
): string {
  const tokens = event.usage.inputTokens + event.usage.outputTokens;
  if (tokens === 0 && notALanguageModel(use) !== undefined) return '';
  return ` · ${callUsageText(event)} · ${formatCost(event.costMicroUsd)}`;
}
