// Holds the view of a run and the state of the dashboard outside React.
// 1. An event changes the view at once; what is drawn follows at most ten times a second, what is being written six times.
// 2. A key changes the state at once and is drawn at once.
// 3. Every question that was asked here is answered once, or given back when nobody can answer it here any more.
import type { JsonObject } from '../model/json.ts';
import type { Reporter } from '../model/run-event.ts';
import { oneLine } from './cell-text.ts';
import { type Intent, type Key, pressKey } from './keys.ts';
import { createLiveText, type LiveText } from './live-text.ts';
import { canAnswer } from './sheet.ts';
import type { AskedHere, ReplayState, UiState } from './ui-state.ts';
import type { View } from './view.ts';
import { isOver, takeEvent, takeNotice } from './view-model.ts';
import { createWaitingQuestions } from './waiting-questions.ts';

const DRAW_MS = 100;
/** Text that is being written is read no faster than this, and each picture costs. */
const WRITE_MS = 160;
const SECOND_MS = 1000;

/** What is drawn: the same two values until something has changed. */
interface Snapshot {
  readonly view: View;
  readonly ui: UiState;
  /** How long the run has worked by now, in milliseconds. */
  readonly nowMs: number;
}

/** How a person answered here. */
export type AnsweredHere =
  | {
      readonly type: 'answer';
      readonly choice: string | null;
      readonly text: string | null;
      readonly alike?: true;
    }
  | {
      readonly type: 'tool-answer';
      readonly action: 'accept' | 'decline' | 'cancel';
      readonly content?: JsonObject;
    };

/** The world around a store. */
export interface StoreWorld {
  /** The wall clock of events, in milliseconds. */
  readonly now: () => number;
  /** The clock of keys, in milliseconds. */
  readonly monotonic: () => number;
  /** Does what a key asked for, unless the store does it itself. */
  readonly act: (intent: Intent) => void;
  /** Somebody is waited for. */
  readonly ring: () => void;
  /** Something in the dashboard itself is broken. */
  readonly fail: (error: unknown) => void;
}

/** The dashboard without its drawing. */
export interface Store {
  readonly reporter: Reporter;
  readonly snapshot: () => Snapshot;
  readonly subscribe: (listener: () => void) => () => void;
  readonly press: (key: Key) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly change: (news: (ui: UiState) => UiState) => void;
  readonly changeView: (news: (view: View) => View) => void;
  /** Where a played run stands now. */
  readonly follow: (replay: ReplayState) => void;
  /** Puts a question on the screen; undefined when the signal aborts or the store is closed. */
  readonly ask: (asked: Omit<AskedHere, 'shownAt'>, signal: AbortSignal) => Promise<AnsweredHere | undefined>;
  readonly close: () => void;
}

/** A store that begins with a view and a state. */
export function createStore(begin: { readonly view: View; readonly ui: UiState }, world: StoreWorld): Store {
  let { view, ui } = begin;
  let closed = false;
  const live = createLiveText();
  const waiting = createWaitingQuestions();
  const pictures = createPictures(world, () => {
    view = live.into(view);
    return { view, ui, nowMs: workedBy(view, ui, world.now()) };
  });

  const guarded = guardOf(world, () => closed);

  function take(intent: Intent): void {
    const isAnswer = intent.type === 'answer' || intent.type === 'tool-answer';
    if (isAnswer && waiting.has(intent.id)) waiting.settle(intent.id, intent);
    else world.act(intent);
  }

  function withdraw(id: string): void {
    ui = { ...ui, queue: ui.queue.filter(each => each.id !== id) };
    waiting.settle(id, undefined);
    pictures.soon();
  }

  return {
    ...pictures.shown,
    reporter: reporterOf({
      guarded,
      live,
      change: news => {
        view = news(view);
        pictures.soon();
      },
      later: () => pictures.soon(WRITE_MS),
      say: text => {
        ui = { ...ui, toast: oneLine(text) };
      },
    }),
    press: guarded(key => {
      const pressed = pressKey(ui, key, view);
      ui = pressed.ui;
      for (const intent of pressed.intents) take(intent);
      pictures.now();
    }),
    resize: guarded((columns, rows) => {
      ui = resized(ui, { columns, rows }, world.monotonic());
      pictures.now();
    }),
    change: guarded(news => {
      ui = news(ui);
      pictures.now();
    }),
    changeView: guarded(news => {
      view = news(view);
      pictures.soon();
    }),
    follow: guarded(replay => {
      ui = { ...ui, replay };
      pictures.soon();
    }),
    ask: (asked, signal) => {
      if (closed || signal.aborted) return Promise.resolve(undefined);
      if (ui.queue.length === 0) world.ring();
      const answer = waiting.wait(asked.id);
      ui = { ...ui, queue: [...ui.queue, { ...asked, shownAt: world.monotonic() }] };
      signal.addEventListener('abort', () => waiting.has(asked.id) && withdraw(asked.id), { once: true });
      pictures.now();
      return answer;
    },
    close: () => {
      closed = true;
      pictures.stop();
      waiting.giveUp();
    },
  };
}

/** A question that only now has room is not answered by keys that were pressed before. */
function resized(ui: UiState, size: Pick<UiState, 'columns' | 'rows'>, at: number): UiState {
  const next = { ...ui, ...size };
  if (canAnswer(ui) || !canAnswer(next)) return next;
  return { ...next, queue: next.queue.map(each => ({ ...each, shownAt: at })) };
}

type Guard = <Args extends readonly unknown[]>(act: (...args: Args) => void) => (...args: Args) => void;

/** What breaks here must not break the run. */
function guardOf(world: StoreWorld, isClosed: () => boolean): Guard {
  return act =>
    (...args) => {
      if (isClosed()) return;
      try {
        act(...args);
      } catch (error) {
        world.fail(error);
      }
    };
}

/** How long the run has worked by now: a live run goes on between its events. */
function workedBy(view: View, ui: UiState, now: number): number {
  const stands = isOver(view.state) || view.state === 'idle' || view.lastAt === 0 || ui.how === 'replay';
  return view.workedMs + (stands ? 0 : Math.max(0, now - view.lastAt));
}

interface Telling {
  readonly guarded: Guard;
  readonly live: LiveText;
  readonly change: (news: (view: View) => View) => void;
  readonly later: () => void;
  readonly say: (text: string) => void;
}

function reporterOf({ guarded, live, change, later, say }: Telling): Reporter {
  return {
    onEvent: guarded(event => {
      if ('key' in event) live.drop(event.key);
      change(view => takeEvent(view, event));
    }),
    onDelta: guarded(delta => {
      live.delta(delta);
      later();
    }),
    onProgress: guarded(progress => {
      live.progress(progress);
      later();
    }),
    onNotice: guarded(text => {
      say(text);
      change(view => takeNotice(view, text));
    }),
  };
}

interface Pictures {
  readonly shown: Pick<Store, 'snapshot' | 'subscribe'>;
  readonly now: () => void;
  /** Within so many milliseconds of the last one. */
  readonly soon: (everyMs?: number) => void;
  readonly stop: () => void;
}

/** Decides when the next picture is taken. */
function createPictures(world: StoreWorld, take: () => Snapshot): Pictures {
  let drawn = take();
  let timer: NodeJS.Timeout | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let dueAt = 0;
  let stopped = false;
  const listeners = new Set<() => void>();

  function now(): void {
    if (stopped) return;
    clearTimeout(timer);
    timer = undefined;
    drawnAt = world.monotonic();
    try {
      drawn = take();
      for (const listener of listeners) listener();
    } catch (error) {
      world.fail(error);
    }
  }

  function soon(everyMs = DRAW_MS): void {
    if (stopped) return;
    const at = Math.max(world.monotonic(), drawnAt + everyMs);
    if (timer !== undefined && at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(now, Math.max(0, at - world.monotonic()));
  }

  const clock = setInterval(() => {
    const { view, ui } = drawn;
    if (!isOver(view.state) && view.state !== 'idle' && ui.how !== 'replay') soon();
  }, SECOND_MS);
  clock.unref();
  return {
    shown: {
      snapshot: () => drawn,
      subscribe: listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    now,
    soon,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      clearInterval(clock);
    },
  };
}
