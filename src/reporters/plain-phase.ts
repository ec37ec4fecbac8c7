import { isLastTrial, type TrialCurve, withTrial } from '../model/trial-curve.ts';
import { formatDuration } from './amounts.ts';
import { flushStreams } from './plain-call.ts';
import {
  type EventOf,
  failureHint,
  failureSpans,
  type OpenPhase,
  type PlainState,
  tellRow,
} from './plain-state.ts';
import type { Span } from './render-spans.ts';
import { summarizeValue } from './summarize-value.ts';

/** Who begins to work on what. */
export function tellPhaseStarted(state: PlainState, event: EventOf<'phase.started'>): void {
  const { kind, role } = event;
  const startedMs = state.clock.elapsedMs();
  state.phases.set(event.phase, { startedMs, kind, partsDone: 0, ...(role === undefined ? {} : { role }) });
  const visit = event.visit > 1 ? ` · visit ${event.visit}` : '';
  tellRow(state, {
    place: event.phase,
    mark: '▸',
    style: 'cyan',
    spans: [{ text: event.role ?? event.kind, style: 'bold' }, { text: visit }],
  });
}

/** Another attempt begins; the failure before it is named by its code when it was told already. */
export function tellPhaseRetried(state: PlainState, event: EventOf<'phase.retried'>): void {
  flushStreams(state, event.phase);
  beginAgain(state, event.phase);
  tellRow(state, {
    place: event.phase,
    mark: '↻',
    style: 'yellow',
    spans: [{ text: `attempt ${event.attempt} after ` }, ...failureSpans(state, event.failure)],
    whole: true,
  });
}

/** What a phase delivered, or why it did not, how long it worked and what its calls cost, with all inside it. A failed phase is told even when quiet. */
export function tellPhaseEnded(state: PlainState, event: EventOf<'phase.ended'>): void {
  flushStreams(state, event.phase);
  const opened = state.phases.get(event.phase);
  state.phases.delete(event.phase);
  const elapsedMs = state.clock.elapsedMs();
  const spent = state.spends.close(event.phase);
  const cost = spent === '' ? '' : ` · ${spent}`;
  const took = opened === undefined ? '' : ` · ${formatDuration(elapsedMs - opened.startedMs)}${cost}`;
  const place = { elapsedMs, place: event.phase };
  if (event.outcome === 'completed') {
    countPart(state, event.phase);
    const { trials } = opened ?? {};
    const note = trials === undefined || trials.passed ? '' : ` · no trial passed, kept trial ${trials.kept}`;
    const spans = [{ text: `${artifactText(event, opened)}${note}` }, { text: took, style: 'dim' } as const];
    tellRow(state, { ...place, mark: '✓', style: 'green', spans });
    return;
  }
  if (event.outcome === 'cancelled') {
    tellRow(state, { ...place, mark: '–', spans: [{ text: `cancelled${took}`, style: 'dim' }] });
    return;
  }
  const spans: readonly Span[] = [...failureSpans(state, event.failure), { text: took, style: 'dim' }];
  state.writer.row({ ...place, mark: '✗', style: 'red', spans, whole: true });
  const hint = failureHint(state, event.failure);
  if (hint === undefined || state.toldFailures.has(hint)) return;
  state.toldFailures.add(hint);
  state.writer.row({ place: event.phase, mark: '', spans: [{ text: hint, style: 'dim' }], whole: true });
}

/** A deterministic repair of an artifact, or a rejection that sends it back to its model. */
export function tellArtifact(
  state: PlainState,
  event: EventOf<'artifact.repaired'> | EventOf<'artifact.rejected'>,
): void {
  const text =
    event.type === 'artifact.repaired'
      ? `artifact repaired: ${event.how.join(', ')}`
      : `artifact rejected, repair ${event.repair}: ${event.reason}`;
  const mark = event.type === 'artifact.repaired' ? '~' : '!';
  tellRow(state, { place: event.phase, mark, style: 'yellow', spans: [{ text }] });
}

/** The next attempt, or the next trial, does all parts anew. */
function beginAgain(state: PlainState, phase: string): void {
  const opened = state.phases.get(phase);
  if (opened !== undefined) state.phases.set(phase, { ...opened, partsDone: 0 });
}

/** Remembers how the trials of a phase went; gives all of them when no other one follows. */
export function keepTrial(state: PlainState, event: EventOf<'trial.judged'>): TrialCurve | undefined {
  const { phase } = event;
  const opened = state.phases.get(phase);
  if (opened === undefined) return undefined;
  const trials = withTrial(opened.trials, event);
  state.phases.set(phase, { ...opened, trials });
  if (isLastTrial(event)) return trials;
  beginAgain(state, phase);
  return undefined;
}

/** A branch or an item stands behind the last point of its path. */
function countPart(state: PlainState, path: string): void {
  const dot = path.lastIndexOf('.');
  if (dot <= path.lastIndexOf('/')) return;
  const phase = path.slice(0, dot);
  const opened = state.phases.get(phase);
  if (opened !== undefined) state.phases.set(phase, { ...opened, partsDone: opened.partsDone + 1 });
}

function artifactText(
  { artifact }: Extract<EventOf<'phase.ended'>, { readonly outcome: 'completed' }>,
  opened: OpenPhase | undefined,
): string {
  if (opened?.kind === 'tool') return 'done';
  if (artifact !== null && typeof artifact === 'object') {
    if (opened?.kind === 'parallel') return partsText(opened, Object.keys(artifact).length, 'branch');
    if (opened?.kind === 'each') return partsText(opened, Object.keys(artifact).length, 'item');
  }
  return summarizeValue(artifact);
}

/** Parts that failed or were not waited for are null in the artifact, and no success. */
function partsText({ partsDone }: OpenPhase, count: number, part: 'branch' | 'item'): string {
  const parts = count === 1 ? part : `${part}${part === 'branch' ? 'es' : 's'}`;
  return partsDone < count ? `${partsDone} of ${count} ${parts}` : `${count} ${parts}`;
}
