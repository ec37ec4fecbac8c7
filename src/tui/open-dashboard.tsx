import { type Instance, render } from 'ink';
import { boundNursery } from './bound-nursery.ts';
import { Dashboard, type Screen } from './dashboard.tsx';
import type { Intent } from './keys.ts';
import { createStore, type Store } from './store.ts';
import { startUi, type UiState } from './ui-state.ts';
import type { View, ViewSetup } from './view.ts';
import { startView } from './view-model.ts';

const BELL = '\u0007';
/** A row that a terminal finds too long is cut there, and never goes on in the next one. */
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';
/** For keys; what the run tells is drawn at most ten times a second by the store. */
const MAX_FPS = 45;
const STOPPED_MS = 60;
/** What a terminal that says nothing is taken for. */
const UNKNOWN_SIZE = { columns: 80, rows: 24 };

/** How a dashboard is opened. */
export interface DashboardOptions {
  readonly setup: ViewSetup;
  readonly how: UiState['how'];
  readonly color: boolean;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** The wall clock of events, in milliseconds. */
  readonly now: () => number;
  readonly view?: View;
  readonly replay?: UiState['replay'];
  /** Does what the person asks for; leaving, copying and suspending are done here. */
  readonly act: (intent: Intent, store: Store) => void;
}

/** A dashboard that is on the screen. */
export interface OpenDashboard {
  readonly store: Store;
  /** Settles when it is gone: the person left, it was closed, or it broke, with the error. */
  readonly gone: Promise<
    { readonly how: 'left' | 'closed' } | { readonly how: 'broken'; readonly error: unknown }
  >;
  /** Takes it off the screen, at once. */
  readonly close: () => void;
}

/** Opens the dashboard on the alternate screen of the terminal. Whatever happens, the terminal is given back. */
export function openDashboard(options: DashboardOptions): OpenDashboard {
  const { stdin, stdout, setup, how, color, replay } = options;
  const size = { columns: stdout.columns ?? UNKNOWN_SIZE.columns, rows: stdout.rows ?? UNKNOWN_SIZE.rows };
  const ui = startUi({ ...size, color, how, ...(replay === undefined ? {} : { replay }) });
  let instance: Instance | undefined;
  let screen: Screen | undefined;
  let finish: (value: Awaited<OpenDashboard['gone']>) => void = () => undefined;
  const gone = new Promise<Awaited<OpenDashboard['gone']>>(resolve => {
    finish = resolve;
  });
  let isOpen = true;

  function end(value: Awaited<OpenDashboard['gone']>): void {
    if (!isOpen) return;
    isOpen = false;
    stdout.off('resize', resized);
    unbound();
    process.off('SIGTSTP', suspend);
    store.close();
    instance?.unmount();
    wrapAgain();
    finish(value);
  }

  function act(intent: Intent): void {
    if (intent.type === 'leave') end({ how: 'left' });
    else if (intent.type === 'suspend') suspend();
    else if (intent.type === 'copy') stdout.write(copyCode(intent.text));
    else options.act(intent, store);
  }

  /** Gives the terminal to the shell, as Ctrl+Z does, and takes it back when the process goes on. */
  function suspend(): void {
    void screen?.away(async () => {
      stdout.write(WRAP_ON);
      process.off('SIGTSTP', suspend);
      process.kill(0, 'SIGTSTP');
      await new Promise(resolve => setTimeout(resolve, STOPPED_MS));
      if (!isOpen) return;
      process.on('SIGTSTP', suspend);
      stdout.write(WRAP_OFF);
    });
  }

  const store = createStore(
    { view: options.view ?? startView(setup), ui },
    {
      now: options.now,
      monotonic: () => performance.now(),
      act,
      ring: () => stdout.write(BELL),
      fail: error => end({ how: 'broken', error }),
    },
  );
  const show = (shown: Screen): void => {
    screen = shown;
  };
  const resized = (): void => store.resize(stdout.columns ?? size.columns, stdout.rows ?? size.rows);
  const wrapAgain = wrapOff(stdout);
  stdout.on('resize', resized);
  const unbound = boundNursery();
  process.on('SIGTSTP', suspend);
  instance = render(<Dashboard store={store} onScreen={show} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: MAX_FPS,
    incrementalRendering: true,
    alternateScreen: true,
    interactive: true,
  });
  instance.waitUntilExit().catch(error => end({ how: 'broken', error }));
  return { store, gone, close: () => end({ how: 'closed' }) };
}

/** Keeps rows from going on in the next one; returns what undoes it, as the end of the process does. */
function wrapOff(stdout: NodeJS.WriteStream): () => void {
  const undo = (): void => {
    process.off('exit', undo);
    stdout.write(WRAP_ON);
  };
  process.on('exit', undo);
  stdout.write(WRAP_OFF);
  return undo;
}

/** The longest text that terminals take, in bytes before it is encoded. */
const MOST_COPIED = 74_000;

/** What puts a text into the clipboard of the terminal: our own code around text that can hold none. */
function copyCode(text: string): string {
  return `\u001b]52;c;${Buffer.from(text.slice(0, MOST_COPIED), 'utf8').toString('base64')}${BELL}`;
}
