import { CrewError } from '../model/crew-error.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import type { Plan } from '../model/plan.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Journal, RunSignal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { RunControls } from '../runtime/run-controls.ts';
import { answersText } from './answer-commands.ts';
import type { ConversationSpend } from './ask/read-conversation.ts';
import { unmergedText } from './ask/unmerged-text.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { withoutSecrets } from './fact-redactor.ts';
import { followSignals, openSignals } from './follow-signals.ts';
import { endingAtOnce, listenForInterrupts } from './interrupts.ts';
import { markLeft } from './mark-left.ts';
import { type OpenedExecutor, openExecutor } from './open-executor.ts';
import { rewriteForm } from './reformulate/rewrite-answers.ts';
import { refusingExecutor } from './refusing-executor.ts';
import type { ResultRequest } from './result-output.ts';
import { resumeFlags } from './resume-flags.ts';
import { openRunScreen, type RunScreen } from './run-screen.ts';
import { showOutcome } from './session-output.ts';
import { createStoppedSpend, type StoppedSpend } from './stopped-spend.ts';
import { suspendedLast } from './suspended-last.ts';
import { loadRunReader, loadRuntime } from './wire.ts';
import { realWorld } from './world.ts';

interface SessionOptions {
  readonly journal: Journal;
  readonly workspace: string;
  /** By `provider:name`. */
  readonly opened: ReadonlyMap<string, LanguageModel>;
  readonly models: { readonly [alias: string]: { readonly use: string } };
  readonly request: ResultRequest;
  readonly values: FlagValues;
  readonly terminal: Terminal;
  /** The journal says that the run is over, so it is only shown. */
  readonly over?: boolean;
  /** The most that the run can take, where it is known. */
  readonly plan?: Plan | undefined;
  /** What the earlier runs of its conversation have taken, for its document. */
  readonly spentBefore?: ConversationSpend;
  /** What was left for the run and is not on record yet; looked for by the session itself when absent. */
  readonly signals?: () => readonly RunSignal[];
}

/**
 * Drives a run that is in a journal, live or again, shows it, and returns the exit code. Closes the journal, before its end
 * is looked at.
 */
export async function runSession(options: SessionOptions): Promise<number> {
  const { journal, terminal, request } = options;
  const goesOn = journal.recorded.length > 1;
  const { createRunControls } = await loadRuntime();
  const controls = createRunControls();
  const screen = await openRunScreen({ ...options, controls, goesOn });
  if (options.values['approve-all'] === true) {
    screen.terminal.stderr(
      '! --approve-all: every tool is called without asking, but for what a policy denies, or the crew does because of untrusted words\n',
    );
  }
  const goOn = `Stopped. Go on with: crew resume ${journal.runId}${resumeFlags(options.values)}`;
  const abandon = (): void => {
    screen.close();
    journal.close();
  };
  const interrupts = listenForInterrupts({ terminal: screen.terminal, goOn, abandon });
  let driven: Driven | undefined;
  let exitCode: number | undefined;
  try {
    const asked = new Map<string, OpenQuestion>();
    const stopped = createStoppedSpend();
    driven = await drive(options, { screen, controls, stop: interrupts.stop, asked, stopped });
    const { outcome } = driven;
    markLeft(journal, outcome);
    const { head } = journal;
    // Whoever asks while the end is looked at must not find this process at work on the run.
    journal.close();
    if (outcome.type === 'interrupted') screen.close();
    else await screen.settle();
    if (options.values.verbose === true) terminal.stderr(`head    ${head ?? 'unknown'}\n`);
    if (outcome.type === 'interrupted') {
      terminal.stderr(`${stopped.text(outcome.state)}${goOn}\n`);
      exitCode = interrupts.exitCode();
      return exitCode;
    }
    if (outcome.type === 'suspended') {
      const { questionsLeft } = await loadRunReader();
      const left = questionsLeft(outcome.state, asked.values());
      const { state } = outcome;
      const target = `${journal.runId}${resumeFlags(options.values)}`;
      terminal.stderr(answersText(left, target, each => rewriteForm(state, each)));
    }
    if (options.values.quiet !== true) terminal.stderr(unmergedText(outcome));
    const { spentBefore } = options;
    exitCode = await showOutcome(journal, outcome, { request, terminal, spentBefore });
    return exitCode;
  } catch (error) {
    screen.close();
    // What a full disk or a journal out of reach cut off is all there, and its id is not in the error.
    if (error instanceof CrewError && error.code.startsWith('JOURNAL_')) terminal.stderr(`${goOn}\n`);
    throw error;
  } finally {
    interrupts.release();
    journal.close();
    // Nobody waits for the result until a memory is tidied.
    if (driven !== undefined) await endingAtOnce(exitCode, driven.close);
  }
}

/** A run that was left, and the end of what it holds open; what that has to say comes after all the rest. */
interface Driven {
  readonly outcome: RunOutcome;
  readonly close: () => Promise<void>;
}

function openDoors(
  { over, journal }: SessionOptions,
  doors: Parameters<typeof openExecutor>[0],
): Promise<OpenedExecutor> | OpenedExecutor {
  return over === true ? refusingExecutor(journal.runId) : openExecutor(doors);
}

interface Driving {
  readonly screen: RunScreen;
  readonly controls: RunControls;
  readonly stop: AbortSignal;
  /** Takes in what people are asked, by id. */
  readonly asked: Map<string, OpenQuestion>;
  readonly stopped: StoppedSpend;
}

async function drive(
  options: SessionOptions,
  { screen, controls, stop, asked, stopped }: Driving,
): Promise<Driven> {
  const { journal, workspace, opened, models, terminal } = options;
  let isShown = false;
  const { reporters, person, askInCall } = screen;
  const { driveRun } = await loadRuntime();
  const modelOf = (alias: string) => opened.get(models[alias]?.use ?? '');
  const execute = await openDoors(options, {
    journal,
    workspace,
    modelOf,
    person,
    askInCall,
    env: terminal.env,
    memory: textFlag(options.values, 'memory') !== 'off',
    onDelta: delta => {
      for (const reporter of reporters) reporter.onDelta?.(delta);
    },
    onNotice: text => {
      if (isShown && options.values.quiet !== true) terminal.stderr(`${text}\n`);
      for (const reporter of isShown ? [] : reporters) reporter.onNotice?.(text);
    },
    onProgress: progress => {
      for (const reporter of reporters) reporter.onProgress?.(progress);
    },
  });
  const onEvent = (event: RunEvent): void => {
    stopped.take(event);
    if (event.type === 'person.asked') asked.set(event.id, event);
    for (const reporter of reporters) reporter.onEvent(event);
  };
  // The stream of events is as it was recorded; people read at the end how a run was left.
  const events = options.request.ndjson ? { take: onEvent, end: () => undefined } : suspendedLast(onEvent);
  const over = new AbortController();
  const following = followSignals(options.signals ?? openSignals(journal), controls, over.signal);
  try {
    const onRecalled = ({ model, origin, messages }: ModelCallEffect): void =>
      modelOf(model)?.recall?.(origin, messages);
    const onLive = (): void => {
      events.end();
      for (const reporter of reporters) reporter.onLive?.();
    };
    const watched = { onEvent: events.take, onLive, onRecalled };
    const redact = withoutSecrets(journal.program, terminal.env);
    const outcome = await driveRun({
      ...{ journal, execute, world: realWorld, ...watched, stop, controls, redact },
    });
    const close = async (): Promise<void> => {
      isShown = true;
      await execute.close();
    };
    return { outcome, close };
  } catch (error) {
    await execute.close();
    throw error;
  } finally {
    events.end();
    over.abort();
    await following;
  }
}
