import type { RunEvent } from '../model/run-event.ts';
import type { RecordedRun } from '../ports/engine.ts';
import type { Intent } from '../tui/keys.ts';
import { createPlayer, nextSpeed } from '../tui/player.ts';
import type { Store } from '../tui/store.ts';
import { startView } from '../tui/view-model.ts';
import type { FlagValues, Terminal } from './command.ts';
import { loadDashboard } from './load-dashboard.ts';
import { waitBefore } from './replay-pace.ts';
import { resumeFlags } from './resume-flags.ts';
import { showPromptHere } from './show-prompt-here.ts';
import { viewSetup } from './view-setup.ts';
import { realWorld } from './world.ts';

/** Plays a recorded run in the dashboard until the person leaves it. False where the dashboard is not to be had. */
export async function replayOnScreen(options: {
  readonly run: RecordedRun;
  readonly events: readonly RunEvent[];
  readonly speed: number;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<boolean> {
  const { run, events, values, terminal } = options;
  const loaded = await loadDashboard();
  if (loaded === undefined) return false;
  const setup = await viewSetup({
    program: run.program,
    budget: run.program.budget,
    flags: resumeFlags(values),
  });
  const player = createPlayer(startView(setup), events);
  let state = { at: 0, count: player.count, playing: true, speed: options.speed };
  const left = new AbortController();
  let moved = new AbortController();

  function show(store: Store): void {
    store.changeView(() => player.viewAt(state.at));
    store.change(ui => ({ ...ui, replay: state }));
  }

  function act(intent: Intent, store: Store): void {
    if (intent.type === 'prompt') {
      void showPromptHere(store, { runId: run.runId, key: intent.key }, { values, terminal });
      return;
    }
    if (intent.type === 'interrupt') dashboard.close();
    if (intent.type !== 'replay') return;
    const { to } = intent;
    if (to === 'toggle')
      state = { ...state, playing: !state.playing, at: state.at === state.count ? 0 : state.at };
    else if (to === 'faster' || to === 'slower') state = { ...state, speed: nextSpeed(state.speed, to) };
    else state = { ...state, at: player.moved(state.at, to), playing: false };
    moved.abort();
    show(store);
  }

  const dashboard = loaded.openDashboard({
    setup,
    how: 'replay',
    color: terminal.stdoutColor,
    stdin: process.stdin,
    stdout: process.stdout,
    now: realWorld.now,
    replay: state,
    act,
  });
  const ending = dashboard.gone.then(gone => {
    left.abort();
    if (gone.how === 'broken') throw gone.error;
  });
  while (!left.signal.aborted) {
    moved = new AbortController();
    const either = AbortSignal.any([left.signal, moved.signal]);
    const event = state.playing ? player.eventAt(state.at) : undefined;
    if (event === undefined) {
      if (state.playing) {
        state = { ...state, playing: false };
        show(dashboard.store);
      }
      await untilAborted(either);
      continue;
    }
    const wait = waitBefore(event, player.eventAt(state.at - 1), state.speed);
    if (wait > 0) await realWorld.sleep(wait, either);
    else if (state.at % 200 === 0) await realWorld.sleep(1, either);
    if (either.aborted) continue;
    state = { ...state, at: state.at + 1 };
    const { at } = state;
    dashboard.store.changeView(() => player.viewAt(at));
    dashboard.store.follow(state);
  }
  await ending;
  return true;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
