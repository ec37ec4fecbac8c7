import { CrewError } from '../model/crew-error.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import type { Reporter, RunEvent } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { RunOutcome } from '../runtime/run.ts';
import { createAskInCall } from './ask-in-call.ts';
import { createAskPerson } from './ask-person.ts';
import type { FlagValues, Terminal } from './command.ts';
import { listenForInterrupts } from './interrupts.ts';
import { markLeft } from './mark-left.ts';
import { openExecutor } from './open-executor.ts';
import type { ResultRequest } from './result-output.ts';
import { resumeFlags } from './resume-flags.ts';
import { openReporters, showOutcome } from './session-output.ts';
import { createTerminalTurns } from './terminal-turns.ts';
import { loadRuntime } from './wire.ts';
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
}

/** Drives a run that is in a journal, live or again, shows it, and returns the exit code. Closes the journal. */
export async function runSession(options: SessionOptions): Promise<number> {
  const { journal, terminal, request } = options;
  const goesOn = journal.recorded.length > 1;
  const reporters = await openReporters(options.values, request, { terminal, goesOn });
  if (options.values['approve-all'] === true) {
    terminal.stderr('! --approve-all: every tool is called without asking, but for what a policy denies\n');
  }
  const goOn = `Stopped. Go on with: crew resume ${journal.runId}${resumeFlags(options.values)}`;
  const interrupts = listenForInterrupts({ terminal, goOn, abandon: () => journal.close() });
  try {
    const outcome = await drive(options, reporters, interrupts.stop);
    markLeft(journal, outcome);
    if (outcome.type === 'interrupted') {
      terminal.stderr(`${goOn}\n`);
      return interrupts.exitCode();
    }
    return await showOutcome(journal, outcome, { request, terminal });
  } catch (error) {
    // What a full disk or a journal out of reach cut off is all there, and its id is not in the error.
    if (error instanceof CrewError && error.code.startsWith('JOURNAL_')) terminal.stderr(`${goOn}\n`);
    throw error;
  } finally {
    interrupts.release();
    journal.close();
  }
}

async function drive(
  options: SessionOptions,
  reporters: readonly Reporter[],
  stop: AbortSignal,
): Promise<RunOutcome> {
  const { journal, workspace, opened, models, terminal, values } = options;
  const { driveRun } = await loadRuntime();
  const modelOf = (alias: string) => opened.get(models[alias]?.use ?? '');
  const interactive = terminal.interactive && values['no-input'] !== true;
  const turns = createTerminalTurns();
  const execute = await openExecutor({
    journal,
    workspace,
    modelOf,
    person: createAskPerson({ journal, terminal, interactive, turns }),
    askInCall: createAskInCall({ terminal, interactive, turns }),
    env: terminal.env,
    onDelta: delta => {
      for (const reporter of reporters) reporter.onDelta?.(delta);
    },
    onNotice: text => {
      for (const reporter of reporters) reporter.onNotice?.(text);
    },
    onProgress: progress => {
      for (const reporter of reporters) reporter.onProgress?.(progress);
    },
  });
  const onEvent = (event: RunEvent): void => {
    for (const reporter of reporters) reporter.onEvent(event);
  };
  try {
    const onRecalled = ({ model, origin }: ModelCallEffect): void => modelOf(model)?.recall?.(origin);
    const onLive = (): void => {
      for (const reporter of reporters) reporter.onLive?.();
    };
    return await driveRun({ journal, execute, world: realWorld, onEvent, onLive, onRecalled, stop });
  } finally {
    await execute.close();
  }
}
