import type { RunEvent } from '../model/run-event.ts';
import { curveText, withTrial } from '../model/trial-curve.ts';
import { formatQuantity } from '../reporters/amounts.ts';
import { oneLine } from './cell-text.ts';
import { MOST, type PhaseView, type View } from './view.ts';

/** Whether a path is that of a phase or of something inside it. Pure. */
export function isInside(place: string, phase: string): boolean {
  return place === phase || place.startsWith(`${phase}.`) || place.startsWith(`${phase}/`);
}

/** The phase whose branch or item a path is; undefined for a phase of its own. Pure. */
export function parentOf(path: string): string | undefined {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') ? path.slice(0, dot) : undefined;
}

/** The phases after an event. Pure. */
export function phasesOf(view: View, event: RunEvent): View['phases'] {
  switch (event.type) {
    case 'phase.started':
      return begin(view, event);
    case 'phase.retried': {
      const note = `${event.failure.code}, attempt ${event.attempt}`;
      return change(view, event.phase, { attempt: event.attempt, note, parts: { begun: 0, done: 0 } });
    }
    case 'phase.ended':
      return end(view, event);
    case 'turn.started':
      return change(view, event.phase, { speaker: event.role, note: turnNote(event) });
    case 'work.handed':
      return change(view, event.phase, { note: `${event.from} → ${event.to}` });
    case 'trial.judged': {
      const trials = withTrial(view.phases.get(event.phase)?.trials, event);
      return change(view, event.phase, { trials, note: `trials ${curveText(trials)}` });
    }
    case 'tool.started':
      return change(view, event.phase, { note: oneLine(event.tool) });
    case 'model.started':
      return called(view, event);
    case 'run.ended':
      return event.outcome === 'error'
        ? view.phases
        : new Map(view.phases).set(event.phase, ended(view, event));
    default:
      return view.phases;
  }
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

function begin(view: View, event: EventOf<'phase.started'>): View['phases'] {
  const { phase: path, kind, visit, role } = event;
  const phases = new Map(view.phases);
  const parts = { begun: 0, done: 0 };
  const fresh: PhaseView = {
    path,
    kind,
    ...(role === undefined ? {} : { role }),
    state: 'live',
    visit,
    attempt: 1,
    startedMs: view.workedMs,
    startedAwaitedMs: view.awaitedMs,
    note: '',
    calls: 0,
    parts,
  };
  // Another visit does all that is inside anew.
  for (const inside of phases.keys()) if (inside !== path && isInside(inside, path)) phases.delete(inside);
  phases.set(path, fresh);
  const parent = parentOf(path);
  const above = parent === undefined ? undefined : phases.get(parent);
  if (above !== undefined && parent !== undefined)
    phases.set(parent, { ...above, parts: { ...above.parts, begun: above.parts.begun + 1 } });
  return phases.size > MOST.phases ? thin(phases) : phases;
}

/** Of very many parts those that are over are dropped first; their phase has their count. */
function thin(phases: Map<string, PhaseView>): View['phases'] {
  for (const [path, { state }] of phases) {
    if (phases.size <= MOST.phases / 2) break;
    if (state !== 'live' && parentOf(path) !== undefined) phases.delete(path);
  }
  return phases;
}

function end(view: View, event: EventOf<'phase.ended'>): View['phases'] {
  const known = view.phases.get(event.phase);
  if (known === undefined) return view.phases;
  const { speaker: _speaker, ...rest } = known;
  const states = { completed: 'done', failed: 'failed', cancelled: 'cancelled' } as const;
  const note = event.outcome === 'failed' ? event.failure.code : '';
  const phases = new Map(view.phases);
  const waitedMs = view.awaitedMs - known.startedAwaitedMs;
  phases.set(event.phase, {
    ...rest,
    state: states[event.outcome],
    ms: view.workedMs - known.startedMs - waitedMs,
    waitedMs,
    note: known.kind === 'each' && note === '' ? formatQuantity(known.parts.done, 'item') : note,
  });
  const parent = parentOf(event.phase);
  const above = parent === undefined ? undefined : phases.get(parent);
  if (above !== undefined && parent !== undefined && event.outcome === 'completed')
    phases.set(parent, { ...above, parts: { ...above.parts, done: above.parts.done + 1 } });
  return phases;
}

function change(view: View, path: string, news: Partial<PhaseView>): View['phases'] {
  const known = view.phases.get(path);
  return known === undefined ? view.phases : new Map(view.phases).set(path, { ...known, ...news });
}

function called(view: View, { phase, turn }: EventOf<'model.started'>): View['phases'] {
  const known = view.phases.get(phase);
  if (known === undefined) return view.phases;
  const note = known.speaker === undefined ? `turn ${turn}` : known.note;
  return new Map(view.phases).set(phase, { ...known, calls: known.calls + 1, note });
}

function turnNote({ role, turn, closing }: EventOf<'turn.started'>): string {
  return closing === true ? `${role} writes the artifact` : `turn ${turn}: ${role}`;
}

/** An end has no start of its own. */
function ended(view: View, event: EventOf<'run.ended'>): PhaseView {
  return {
    path: event.phase,
    kind: 'end',
    state: event.outcome === 'success' ? 'done' : 'failed',
    visit: 1,
    attempt: 1,
    startedMs: view.workedMs,
    startedAwaitedMs: view.awaitedMs,
    ms: 0,
    note: '',
    calls: 0,
    parts: { begun: 0, done: 0 },
  };
}
