import { changeBudget } from '../model/change-budget.ts';
import type { PersonAskEffect } from '../model/effect.ts';
import { formRefusal } from '../model/form-field.ts';
import type { Reporter, RunEvent } from '../model/run-event.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import { wrapWords } from '../reporters/wrap-words.ts';
import type { Intent } from '../tui/keys.ts';
import type { OpenDashboard } from '../tui/open-dashboard.tsx';
import type { Store } from '../tui/store.ts';
import { takeState } from '../tui/view-model.ts';
import { askAtTerminal } from './ask-at-terminal.ts';
import { type AskInCall, createAskInCall } from './ask-in-call.ts';
import { createAskPerson } from './ask-person.ts';
import { answeredHere, askedHere } from './asked-here.ts';
import type { Terminal } from './command.ts';
import { loadDashboard } from './load-dashboard.ts';
import { personName } from './person-name.ts';
import { readBudgetFlags } from './read-budget.ts';
import { resumeFlags } from './resume-flags.ts';
import type { RunScreen, ScreenOptions } from './run-screen.ts';
import { openReporters } from './session-output.ts';
import { showPromptHere } from './show-prompt-here.ts';
import { createTerminalTurns } from './terminal-turns.ts';
import { viewSetup } from './view-setup.ts';
import { loadValidation } from './wire.ts';
import { realWorld } from './world.ts';

/** How long the last picture of a run stays when nobody presses a key, in seconds. */
const LAST_LOOK_S = 10;
const SECOND_MS = 1000;

/**
 * Shows a run in the dashboard of this terminal. What is told line by line is kept back meanwhile: when the dashboard is
 * left, or breaks, the run goes on in lines, and nothing of it is lost. Undefined where the dashboard is not to be had.
 */
export async function openDashboardScreen(options: ScreenOptions): Promise<RunScreen | undefined> {
  const { journal, values, plan } = options;
  const loaded = await loadDashboard();
  if (loaded === undefined) {
    options.terminal.stderr(
      '! the dashboard runs from the built program only (`npm run build`); told line by line\n',
    );
    return undefined;
  }
  const flags = resumeFlags(values);
  const budget = changeBudget(journal.program.budget, readBudgetFlags(values));
  const setup = await viewSetup({ program: journal.program, budget, plan, flags });
  const dashboard = loaded.openDashboard({
    setup,
    how: 'run',
    color: options.terminal.stdoutColor,
    stdin: process.stdin,
    stdout: process.stdout,
    now: realWorld.now,
    act: (intent, store) => act(options, intent, store),
  });
  return await aroundDashboard(options, dashboard);
}

/** What a key asks of the run. */
function act({ controls, journal, values, terminal }: ScreenOptions, intent: Intent, store: Store): void {
  const say = (toast: string): void => store.change(ui => ({ ...ui, toast }));
  switch (intent.type) {
    case 'interrupt':
    case 'stop':
      process.kill(process.pid, 'SIGINT');
      store.changeView(view => takeState(view, 'stopping'));
      return;
    case 'pause':
      controls.pause();
      store.changeView(view => takeState(view, 'paused'));
      return;
    case 'go-on':
      controls.resume();
      store.changeView(view => takeState(view, 'running'));
      return;
    case 'steer':
      return say(steer(controls, intent));
    case 'prompt':
      void showPromptHere(store, { runId: journal.runId, key: intent.key }, { values, terminal });
      return;
    default:
      return;
  }
}

function steer(
  controls: ScreenOptions['controls'],
  { role, text }: Extract<Intent, { type: 'steer' }>,
): string {
  try {
    return controls.steer({ role, text, by: personName() })
      ? `left for ${role}; its next model call hears it, if it has one before the run ends`
      : 'the run is over; nobody hears it';
  } catch (error) {
    return (error as Error).message;
  }
}

async function aroundDashboard(options: ScreenOptions, dashboard: OpenDashboard): Promise<RunScreen> {
  const { values, request } = options;
  const { store } = dashboard;
  let isOpen = true;
  let isLive = false;
  let isOver = false;
  const held: string[] = [];
  const terminal = shownTerminal(options.terminal, store, () => isOpen);
  const background = {
    ...options.terminal,
    stderr: (text: string) => (isOpen ? held.push(text) : options.terminal.stderr(text)),
  };
  const plain = await openReporters(values, {
    request,
    program: options.journal.program,
    terminal: background,
    goesOn: true,
  });

  function letGo(): void {
    if (!isOpen) return;
    isOpen = false;
    dashboard.close();
    for (const text of held.splice(0)) options.terminal.stderr(text);
  }

  const gone = dashboard.gone.then(left => {
    const wasOpen = isOpen;
    letGo();
    if (left.how === 'broken') {
      const { message } = left.error instanceof Error ? left.error : new Error(String(left.error));
      options.terminal.stderr(`! the dashboard broke (${message}); the run goes on, told line by line\n`);
    }
    if (!wasOpen || isOver) return;
    if (options.controls.paused) {
      options.controls.resume();
      options.terminal.stderr('The run was paused; it goes on now.\n');
    }
    if (left.how === 'left') sayComeBack(options);
    if (isLive) for (const each of plain) each.onLive?.();
  });

  const untold: Reporter = {
    onEvent: event => {
      if (isOpen && isLive && event.type === 'run.suspended') for (const each of plain) each.onLive?.();
      for (const each of plain) each.onEvent(event);
      isOver = endsRun(event);
    },
    onLive: () => {
      isLive = true;
      if (!isOpen) for (const each of plain) each.onLive?.();
    },
    onDelta: delta => {
      if (!isOpen) for (const each of plain) each.onDelta?.(delta);
    },
    onProgress: progress => {
      if (!isOpen) for (const each of plain) each.onProgress?.(progress);
    },
    onNotice: text => {
      if (!isOpen) for (const each of plain) each.onNotice?.(text);
    },
  };

  const doors = personDoors(options, { store, terminal, isOpen: () => isOpen });
  return {
    reporters: [store.reporter, untold],
    terminal,
    ...doors,
    settle: async () => {
      if (isOpen) await lastLook(store, gone);
      letGo();
      await gone;
      sayLookAgain(options);
    },
    close: letGo,
  };
}

/** The last picture stays until the person leaves, or for a while where no key says that somebody is there. */
async function lastLook(store: Store, gone: Promise<void>): Promise<void> {
  const left = new AbortController();
  const ended = gone.then(() => left.abort());
  for (let closesInS = LAST_LOOK_S; closesInS > 0; closesInS -= 1) {
    const isKept = closesInS < LAST_LOOK_S && store.snapshot().ui.closesInS === undefined;
    if (isKept || left.signal.aborted) return ended;
    store.change(ui => ({ ...ui, closesInS }));
    await realWorld.sleep(SECOND_MS, left.signal);
  }
  if (store.snapshot().ui.closesInS === undefined) await ended;
}

function endsRun(event: RunEvent): boolean {
  return event.type === 'run.ended' || event.type === 'run.suspended';
}

function sayComeBack({ journal, values, terminal }: ScreenOptions): void {
  const run = `${journal.runId}${resumeFlags(values)}`;
  const text = `The run goes on; crew watch ${run} opens the dashboard again, Ctrl+C stops the run.`;
  terminal.stderr(`${wrapWords(text, terminal.columns).join('\n')}\n`);
}

function sayLookAgain({ journal, values, terminal }: ScreenOptions): void {
  terminal.stderr(`look    crew replay ${journal.runId}${resumeFlags(values)}\n`);
}

/** What would be written over the dashboard is told in it. */
function shownTerminal(terminal: Terminal, store: Store, isOpen: () => boolean): Terminal {
  return {
    ...terminal,
    stderr: text => {
      if (isOpen()) store.reporter.onNotice?.(text.trim());
      else terminal.stderr(text);
    },
  };
}

interface Doors {
  readonly store: Store;
  readonly terminal: Terminal;
  readonly isOpen: () => boolean;
}

/** People answer in the dashboard, and at the prompt once it is gone. */
function personDoors(
  options: ScreenOptions,
  { store, terminal, isOpen }: Doors,
): Pick<RunScreen, 'person' | 'askInCall'> {
  const { journal } = options;
  const turns = createTerminalTurns();
  const ask = async (effect: PersonAskEffect, signal: AbortSignal): Promise<PersonAnswer | undefined> => {
    const said = isOpen() ? await store.ask(askedHere(effect), signal) : undefined;
    if (said?.type === 'answer') return answeredHere(effect, said);
    return signal.aborted ? undefined : turns(() => askAtTerminal(terminal, effect, signal));
  };
  const later = createAskInCall({ terminal, interactive: true, turns });
  return {
    person: createAskPerson({ journal, terminal, interactive: true, ask }),
    askInCall: askInCallHere(store, isOpen, later),
  };
}

function askInCallHere(store: Store, isOpen: () => boolean, later: AskInCall): AskInCall {
  return async (asked, signal) => {
    const { effect, question } = asked;
    const { validateValue, describeProblems } = await loadValidation();
    const phase = store.snapshot().view.openCalls.get(effect.key)?.phase ?? effect.tool;
    for (;;) {
      if (!isOpen() || isRefused(question)) return later(asked, signal);
      const said = await store.ask({ id: `${effect.key} ${realWorld.newId()}`, phase, question }, signal);
      if (said?.type !== 'tool-answer') return signal.aborted ? undefined : later(asked, signal);
      const { action, content } = said;
      const by = personName();
      if (action !== 'accept') return { action, by };
      if (question.kind !== 'form' || content === undefined) return { action, by };
      const problems = validateValue(question.schema, content);
      if (problems.length === 0) return { action, by, content };
      store.reporter.onNotice?.(`the form does not fit: ${describeProblems(problems, 1)}`);
    }
  };
}

/** What is declined unasked; the prompt says why. */
function isRefused(question: Parameters<AskInCall>[0]['question']): boolean {
  if (question.kind === 'url')
    return !URL.canParse(question.url) || !['https:', 'http:'].includes(new URL(question.url).protocol);
  return formRefusal(question.schema) !== undefined;
}
