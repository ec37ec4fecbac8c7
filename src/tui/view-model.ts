import type { JsonValue } from '../model/json.ts';
import type { ModelDelta, RunEvent, ToolProgress } from '../model/run-event.ts';
import { NO_USAGE } from '../model/usage.ts';
import { formatResult } from '../reporters/result-text.ts';
import { cellText, cutText, oneLine } from './cell-text.ts';
import { eventRow, hintFor } from './event-row.ts';
import { addItem, itemAt, NO_ITEMS, replaceItem } from './item-list.ts';
import { MOST, type RunState, type View, type ViewSetup } from './view.ts';
import { callsOf, takeStream } from './view-calls.ts';
import { phasesOf } from './view-phases.ts';
import { rolesOf } from './view-roles.ts';
import { spendOf } from './view-spend.ts';
import { talkOf } from './view-talk.ts';
import { keepText, keepValue } from './view-text.ts';

/** The view of a run that has told nothing yet. Pure. */
export function startView(setup: ViewSetup): View {
  return {
    setup,
    runId: '',
    crew: cellText(setup.chart.name),
    goal: '',
    state: 'starting',
    lastAt: 0,
    workedMs: 0,
    awaitedMs: 0,
    events: 0,
    spend: { calls: 0, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 },
    isFinalSpend: false,
    models: new Map(),
    phases: new Map(),
    roles: new Map(
      setup.roles.map(({ name, model }) => [
        name,
        { name, model, state: 'idle', calls: 0, tokens: 0, costMicroUsd: 0, action: '' },
      ]),
    ),
    talk: NO_ITEMS,
    talkUnits: 0,
    log: NO_ITEMS,
    ways: NO_ITEMS,
    turns: NO_ITEMS,
    streams: new Map(),
    openCalls: new Map(),
    artifacts: new Map(),
    lessons: NO_ITEMS,
    questions: [],
    lastSaid: new Map(),
  };
}

/**
 * The view after one more event. What is kept is bounded (`MOST`): the oldest is dropped and counted. Pure: the same events
 * give the same view, whatever the pace.
 */
export function takeEvent(view: View, event: RunEvent): View {
  const timed = runOf(view, event);
  const row = { at: timed.workedMs, phase: placeOf(event), ...eventRow(event) };
  const logged = { ...timed, events: view.events + 1, log: addItem(timed.log, row, MOST.logRows) };
  // The conversation looks calls up, so they are closed after it.
  const told = talkOf(logged, event);
  const counted = { ...told, ...spendOf(told, event), roles: rolesOf(told, event) };
  const placed = { ...counted, phases: phasesOf(counted, event) };
  return outcomesOf({ ...placed, ...callsOf(placed, event) }, event);
}

/** The view with more of the text that a model is writing. Pure. */
export function takeDelta(view: View, delta: ModelDelta): View {
  return { ...view, streams: takeStream(view.streams, delta) };
}

/** The view with how far a tool call is. Pure. */
export function takeProgress(view: View, { key, done, total, text }: ToolProgress): View {
  const number = view.openCalls.get(key)?.item;
  const item = number === undefined ? undefined : itemAt(view.talk, number);
  if (number === undefined || item === undefined) return view;
  const share =
    total === undefined || total <= 0 ? `${done}` : `${Math.min(100, Math.round((done / total) * 100))} %`;
  const meta = cutText([share, oneLine(text ?? '')].filter(part => part !== '').join(' · '), 60);
  return { ...view, talk: replaceItem(view.talk, number, { ...item, meta }) };
}

/** The view with a line for people that is not part of the run's record. Pure. */
export function takeNotice(view: View, text: string): View {
  const row = { at: view.workedMs, phase: '', mark: '!', look: 'alert', text: oneLine(text) } as const;
  return { ...view, log: addItem(view.log, row, MOST.logRows) };
}

/** The view of a run that somebody asked to stop, that goes on, or that nobody works on. Pure. */
export function takeState(view: View, state: RunState): View {
  if (isOver(view.state)) return view;
  if (state !== 'idle') return { ...view, state };
  const roles = [...view.roles].map(([name, role]) => [name, { ...role, state: 'idle' as const }] as const);
  return { ...view, state, roles: new Map(roles), openCalls: new Map(), streams: new Map() };
}

/** Whether a run can do no more. Pure. */
export function isOver(state: RunState): boolean {
  return state === 'success' || state === 'failure' || state === 'error' || state === 'suspended';
}

/** Whether a run only waits for people, which takes nothing of its time. Pure. */
export function isAwaiting(view: Pick<View, 'questions' | 'openCalls'>): boolean {
  return view.questions.length > 0 && view.openCalls.size === 0;
}

function placeOf(event: RunEvent): string {
  if (event.type === 'transition.taken') return event.crew === undefined ? '' : event.crew;
  return 'phase' in event ? event.phase : '';
}

/** The run itself: its time, its name, how it stands. */
function runOf(view: View, event: RunEvent): View {
  const passed = view.lastAt === 0 ? 0 : Math.max(0, event.at - view.lastAt);
  const workedMs = view.workedMs + (event.type === 'run.resumed' ? 0 : passed);
  const awaitedMs = view.awaitedMs + (isAwaiting(view) ? workedMs - view.workedMs : 0);
  const timed = { ...view, lastAt: event.at, workedMs, awaitedMs };
  switch (event.type) {
    case 'run.started':
      return {
        ...timed,
        runId: event.runId,
        crew: oneLine(event.crew),
        goal: oneLine(event.goal),
        state: 'running',
        models: new Map(Object.entries(event.models).map(([alias, { use }]) => [alias, oneLine(use)])),
      };
    case 'run.resumed': {
      const { failure: _failure, ...rest } = timed;
      return { ...rest, state: 'running', isFinalSpend: false };
    }
    case 'run.suspended':
      return { ...timed, state: 'suspended', failure: failureOf(view, event.failure) };
    case 'run.ended':
      if (event.outcome === 'error')
        return { ...timed, state: 'error', failure: failureOf(view, event.failure) };
      return {
        ...timed,
        state: event.outcome,
        result: resultText(event.result),
      };
    default:
      return timed;
  }
}

function resultText(result: JsonValue): string {
  return keepText(formatResult(result).trimEnd(), MOST.artifactUnits).text;
}

function failureOf(
  view: View,
  { code, message }: { readonly code: string; readonly message: string },
): NonNullable<View['failure']> {
  return { code, message: oneLine(message), hint: hintFor({ code, message }, view.runId + view.setup.flags) };
}

/** What comes out: artifacts, lessons, ways, questions. */
function outcomesOf(view: View, event: RunEvent): View {
  switch (event.type) {
    case 'transition.taken': {
      const { from, to, way, guards = [], crew = '', limit } = event;
      const taken = { at: view.workedMs, crew, from, to, way, guards };
      const whole = limit === undefined ? taken : { ...taken, limit };
      return { ...view, ways: addItem(view.ways, whole, MOST.ways) };
    }
    case 'turn.started': {
      const { phase, role, turn, closing = false, reason = '' } = event;
      const given = { at: view.workedMs, phase, role, turn, closing, reason: oneLine(reason) };
      return { ...view, turns: addItem(view.turns, given, MOST.turns) };
    }
    case 'lesson.used': {
      const { phase, why } = event;
      const lesson = { phase, trial: 0, text: cellText(event.lesson), at: view.workedMs, why: cellText(why) };
      return { ...view, lessons: addItem(view.lessons, lesson, MOST.lessons) };
    }
    case 'lesson.learned': {
      const lesson = {
        phase: event.phase,
        trial: event.trial,
        text: cellText(event.lesson),
        at: view.workedMs,
      };
      return { ...view, lessons: addItem(view.lessons, lesson, MOST.lessons) };
    }
    case 'phase.ended':
      return event.outcome === 'completed' && event.artifact !== null ? withArtifact(view, event) : view;
    case 'person.asked': {
      const { key, id, phase, question } = event;
      const others = view.questions.filter(each => each.id !== id);
      return { ...view, questions: [...others, { key, id, phase, question, at: view.workedMs }] };
    }
    case 'person.answered':
      return { ...view, questions: view.questions.filter(each => each.id !== event.id) };
    case 'run.ended':
      return { ...view, questions: [] };
    default:
      return view;
  }
}

function withArtifact(view: View, event: Extract<RunEvent, { outcome: 'completed' }>): View {
  const { phase, artifact } = event;
  const { text, left } = keepValue(artifact, MOST.artifactUnits);
  const summary = view.log.open.at(-1)?.text.replace(/^done: /, '') ?? '';
  const artifacts = new Map(view.artifacts);
  artifacts.delete(phase);
  const visit = view.phases.get(phase)?.visit ?? 1;
  artifacts.set(phase, { phase, at: view.workedMs, visit, summary, text, left });
  const [oldest] = artifacts.keys();
  if (artifacts.size > MOST.artifacts && oldest !== undefined) artifacts.delete(oldest);
  return { ...view, artifacts };
}
