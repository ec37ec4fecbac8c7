// Holds the view of a run and the state of the dashboard outside React.
// 1. An event changes the view at once; what is drawn follows at most ten times a second.
// 2. A key changes the state at once and is drawn at once.
// 3. Every question that was asked here is answered once, or given back when nobody can answer it here any more.
import type { JsonObject } from '../model/json.ts';
import type { ModelDelta, Reporter, ToolProgress } from '../model/run-event.ts';
import { type Intent, type Key, pressKey } from './keys.ts';
import type { AskedHere, UiState } from './ui-state.ts';
import type { View } from './view.ts';
import { isOver, takeDelta, takeEvent, takeNotice, takeProgress } from './view-model.ts';

const DRAW_MS = 100;
const SECOND_MS = 1000;

/** What is drawn: the same two values until something has changed. */
export interface Snapshot {
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
  /** Puts a question on the screen; undefined when the signal aborts or the store is closed. */
  readonly ask: (asked: Omit<AskedHere, 'shownAt'>, signal: AbortSignal) => Promise<AnsweredHere | undefined>;
  readonly close: () => void;
}

/** A store that begins with a view and a state. */
export function createStore(begin: { readonly view: View; readonly ui: UiState }, world: StoreWorld): Store {
  let { view, ui } = begin;
  let drawn: Snapshot = { view, ui, nowMs: 0 };
  let timer: NodeJS.Timeout | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  const listeners = new Set<() => void>();
  const deltas = new Map<string, ModelDelta>();
  const progress = new Map<string, ToolProgress>();
  const waiting = new Map<string, (answer: AnsweredHere | undefined) => void>();
  const clock = setInterval(() => {
    if (!isOver(view.state) && view.state !== 'starting') soon();
  }, SECOND_MS);
  clock.unref();

  function nowMs(): number {
    const isLive = !isOver(view.state) && view.lastAt > 0 && ui.how !== 'replay';
    return view.workedMs + (isLive ? Math.max(0, world.now() - view.lastAt) : 0);
  }

  function draw(): void {
    if (closed) return;
    clearTimeout(timer);
    timer = undefined;
    drawnAt = world.monotonic();
    for (const delta of deltas.values()) view = takeDelta(view, delta);
    for (const each of progress.values()) view = takeProgress(view, each);
    deltas.clear();
    progress.clear();
    drawn = { view, ui, nowMs: nowMs() };
    for (const listener of listeners) listener();
  }

  function soon(): void {
    if (timer !== undefined || closed) return;
    timer = setTimeout(guarded(draw), Math.max(0, DRAW_MS - (world.monotonic() - drawnAt)));
  }

  /** What breaks here must not break the run. */
  function guarded<Args extends readonly unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      if (closed) return;
      try {
        act(...args);
      } catch (error) {
        world.fail(error);
      }
    };
  }

  function settle(id: string, answer: AnsweredHere | undefined): void {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve?.(answer);
  }

  function take(intent: Intent): void {
    if (intent.type === 'answer' || intent.type === 'tool-answer') {
      const { id, ...answer } = intent;
      if (waiting.has(id)) settle(id, answer);
      else world.act(intent);
      return;
    }
    world.act(intent);
  }

  const reporter: Required<Reporter> = {
    onEvent: guarded(event => {
      view = takeEvent(view, event);
      if ('key' in event) deltas.delete(event.key);
      soon();
    }),
    onLive: () => undefined,
    onDelta: guarded(delta => {
      const known = deltas.get(delta.key);
      deltas.set(delta.key, known === undefined ? delta : { ...delta, text: known.text + delta.text });
      soon();
    }),
    onProgress: guarded(each => {
      progress.set(each.key, each);
      soon();
    }),
    onNotice: guarded(text => {
      view = takeNotice(view, text);
      ui = { ...ui, toast: text.replace(/\s+/g, ' ').trim() };
      soon();
    }),
  };

  return {
    reporter,
    snapshot: () => drawn,
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    press: guarded(key => {
      const pressed = pressKey(ui, key, view);
      ui = pressed.ui;
      for (const intent of pressed.intents) take(intent);
      draw();
    }),
    resize: guarded((columns, rows) => {
      ui = { ...ui, columns, rows };
      draw();
    }),
    change: guarded(news => {
      ui = news(ui);
      draw();
    }),
    changeView: guarded(news => {
      view = news(view);
      soon();
    }),
    ask: (asked, signal) => {
      if (closed || signal.aborted) return Promise.resolve(undefined);
      if (ui.queue.length === 0) world.ring();
      return new Promise(resolve => {
        waiting.set(asked.id, resolve);
        ui = { ...ui, queue: [...ui.queue, { ...asked, shownAt: world.monotonic() }] };
        const gone = (): void => {
          if (!waiting.has(asked.id)) return;
          ui = { ...ui, queue: ui.queue.filter(each => each.id !== asked.id) };
          settle(asked.id, undefined);
          soon();
        };
        signal.addEventListener('abort', gone, { once: true });
        draw();
      });
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(clock);
      for (const id of [...waiting.keys()]) settle(id, undefined);
    },
  };
}
