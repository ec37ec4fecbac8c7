import { formatDuration } from './amounts.ts';
import { flushStreams } from './plain-call.ts';
import { type EventOf, failureHint, failureSpans, type PlainState, tellRow } from './plain-state.ts';
import type { Span } from './render-spans.ts';
import { summarizeValue } from './summarize-value.ts';

/** Who begins to work on what. */
export function tellPhaseStarted(state: PlainState, event: EventOf<'phase.started'>): void {
  state.phases.set(event.phase, { startedMs: state.clock.elapsedMs(), kind: event.kind });
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
  tellRow(state, {
    place: event.phase,
    mark: '↻',
    style: 'yellow',
    spans: [{ text: `attempt ${event.attempt} after ` }, ...failureSpans(state, event.failure)],
    whole: true,
  });
}

/** What a phase delivered, or why it did not, and how long it worked. A failed phase is told even when quiet. */
export function tellPhaseEnded(state: PlainState, event: EventOf<'phase.ended'>): void {
  flushStreams(state, event.phase);
  const opened = state.phases.get(event.phase);
  state.phases.delete(event.phase);
  const elapsedMs = state.clock.elapsedMs();
  const took = opened === undefined ? '' : ` · ${formatDuration(elapsedMs - opened.startedMs)}`;
  const place = { elapsedMs, place: event.phase };
  if (event.outcome === 'completed') {
    const spans = [{ text: artifactText(event, opened?.kind) }, { text: took, style: 'dim' } as const];
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

function artifactText(
  event: Extract<EventOf<'phase.ended'>, { readonly outcome: 'completed' }>,
  kind: string | undefined,
): string {
  const { artifact } = event;
  if (kind === 'tool') return 'done';
  if (kind !== 'parallel' || typeof artifact !== 'object' || artifact === null)
    return summarizeValue(artifact);
  const branches = Object.keys(artifact).length;
  return branches === 1 ? '1 branch' : `${branches} branches`;
}
