import type { Plan } from '../model/plan.ts';
import type { Reporter } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { RunControls } from '../runtime/run-controls.ts';
import { openAskScreen } from './ask/ask-screen.ts';
import { askAtTerminal } from './ask-at-terminal.ts';
import { type AskInCall, createAskInCall } from './ask-in-call.ts';
import { type AskPerson, createAskPerson } from './ask-person.ts';
import type { FlagValues, Terminal } from './command.ts';
import { openDashboardScreen } from './dashboard-screen.ts';
import { askForRewrite } from './reformulate/ask-for-rewrite.ts';
import { rewriteSettled } from './reformulate/rewrite-text.ts';
import { createRewriteWatch, type Rewrite } from './reformulate/rewrite-watch.ts';
import { openScreenAfterRewrite } from './reformulate/screen-after-rewrite.ts';
import type { ResultRequest } from './result-output.ts';
import { openReporters } from './session-output.ts';
import { createTerminalTurns } from './terminal-turns.ts';
import { wantsDashboard, wantsSpeech } from './wants-dashboard.ts';

/** What a session is shown on, and where its person is asked. */
export interface RunScreen {
  readonly reporters: readonly Reporter[];
  /** Writes where it can be seen. */
  readonly terminal: Terminal;
  readonly person: AskPerson;
  readonly askInCall: AskInCall;
  /** Waits until the person has seen how the run ended, and gives the terminal back. */
  readonly settle: () => Promise<void>;
  /** Gives the terminal back at once. */
  readonly close: () => void;
}

/** How a screen is opened. */
export interface ScreenOptions {
  readonly journal: Journal;
  readonly workspace: string;
  readonly request: ResultRequest;
  readonly values: FlagValues;
  readonly terminal: Terminal;
  readonly controls: RunControls;
  /** The run has facts of an earlier process. */
  readonly goesOn: boolean;
  readonly plan?: Plan | undefined;
  /** Whether what became of a request is left out; as `--quiet` says when absent. */
  readonly isQuiet?: boolean;
}

/** Opens the dashboard where there is a terminal for it, else shows the run line by line. */
export async function openRunScreen(options: ScreenOptions): Promise<RunScreen> {
  const { request, values, terminal } = options;
  if (!request.ndjson && !request.json && wantsDashboard(values, terminal)) {
    if (options.journal.program.crew === 'ask') return openAskScreen(options, plainScreen);
    if (options.journal.program.rewrites !== undefined) return openScreenAfterRewrite(options, plainScreen);
    const screen = await openDashboardScreen(options);
    if (screen !== undefined) return screen;
  }
  return plainScreen(options);
}

async function plainScreen(options: ScreenOptions): Promise<RunScreen> {
  const { journal, request, values, terminal, goesOn, isQuiet = values.quiet === true } = options;
  const interactive = terminal.interactive && values['no-input'] !== true;
  const turns = createTerminalTurns();
  const tell = (rewrite: Rewrite): void => {
    if (!isQuiet) terminal.stderr(`${rewriteSettled(rewrite, terminal, spoken)}\n`);
  };
  const watch = createRewriteWatch(journal.program, tell);
  const spoken = wantsSpeech(values, terminal);
  const ask: AskPerson = (effect, signal) => {
    const rewrite = watch?.rewriteOf(effect);
    return turns(() =>
      rewrite === undefined
        ? askAtTerminal(terminal, effect, signal)
        : askForRewrite(terminal, rewrite, { signal, spoken }),
    );
  };
  const reporters = await openReporters(values, { request, program: journal.program, terminal, goesOn });
  return {
    reporters: watch === undefined ? reporters : [watch.reporter, ...reporters],
    terminal,
    person: createAskPerson({ journal, terminal, interactive, turns, ask }),
    askInCall: createAskInCall({ terminal, interactive, turns }),
    settle: async () => undefined,
    close: () => undefined,
  };
}
