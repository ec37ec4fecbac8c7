import { type CodedFailure, ERROR_CODES } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { Reporter } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { RunState } from '../runtime/run-state.ts';
import { createSpokenReporter } from '../tui/spoken-reporter.ts';
import { answersSoFar } from './ask/answers-so-far.ts';
import type { ConversationSpend } from './ask/read-conversation.ts';
import type { FlagValues, Terminal } from './command.ts';
import { quitWords } from './reformulate/quit-words.ts';
import { rewriteDocument } from './reformulate/rewrite-document.ts';
import { rewriteHints } from './reformulate/rewrite-hints.ts';
import { resultDocument } from './result-document.ts';
import { type ResultRequest, writeResult } from './result-output.ts';
import { resumeFlags } from './resume-flags.ts';
import { wantsSpeech } from './wants-dashboard.ts';
import { loadReporters } from './wire.ts';

interface Showing {
  readonly request: ResultRequest;
  readonly program: Program;
  readonly terminal: Terminal;
  readonly goesOn: boolean;
}

/** Those who show a run, or how it `goesOn`: people on stderr, and with `--output ndjson` programs on stdout. */
export async function openReporters(
  values: FlagValues,
  { request, program, terminal, goesOn }: Showing,
): Promise<readonly Reporter[]> {
  const { createPlainReporter, createNdjsonReporter } = await loadReporters();
  const verbosity = values.quiet === true ? 'quiet' : values.verbose === true ? 'verbose' : 'normal';
  const { columns, stderrColor: color, stderr: write } = terminal;
  const flags = resumeFlags(values);
  const endWords = quitWords(program);
  if (wantsSpeech(values, terminal)) {
    const spoken = createSpokenReporter({ write, flags, endWords });
    return request.ndjson ? [spoken, createNdjsonReporter(terminal.stdout)] : [spoken];
  }
  const plain = createPlainReporter({
    write,
    color,
    columns,
    verbosity,
    resumeFlags: flags,
    goesOn,
    endWords,
    phaseHints: rewriteHints(program),
  });
  return request.ndjson ? [plain, createNdjsonReporter(terminal.stdout)] : [plain];
}

interface OutcomeView {
  readonly request: ResultRequest;
  readonly terminal: Terminal;
  /** What the earlier runs of its conversation have taken, where it has any. */
  readonly spentBefore?: ConversationSpend | undefined;
}

/** Writes how a run was left, as the flags want it, and returns the exit code. */
export async function showOutcome(
  run: Pick<Journal, 'runId' | 'program'>,
  outcome: Exclude<RunOutcome, { type: 'interrupted' }>,
  { request, terminal, spentBefore }: OutcomeView,
): Promise<number> {
  if (request.json) {
    terminal.stdout(`${JSON.stringify(await resultDocument(run, outcome, spentBefore), null, 2)}\n`);
  }
  if (outcome.type === 'suspended') {
    const failure = outcome.state.suspension?.failure;
    writeOpenRewrite(run, outcome.state, { request, terminal });
    await writePaidAnswers(outcome.state, failure, { request, terminal });
    return failure === undefined ? 5 : ERROR_CODES[failure.code].exitCode;
  }
  if (outcome.end.outcome === 'error') {
    await writePaidAnswers(outcome.state, outcome.end.failure, { request, terminal });
    return ERROR_CODES[outcome.end.failure.code].exitCode;
  }
  // Whoever quits before anything has run has no result, and was told so at the end of the run.
  if (quitWords(run.program).has(outcome.end.phase)) return 1;
  const gate = await writeResult(outcome.end.result, request, terminal);
  return outcome.end.outcome === 'failure' ? 1 : gate;
}

/** The answers of `crew ask` were paid for, so they are shown where the summary failed, or waits, too. */
async function writePaidAnswers(
  state: RunState,
  failure: CodedFailure | undefined,
  { request, terminal }: Pick<OutcomeView, 'request' | 'terminal'>,
): Promise<void> {
  const { isAnswers } = await loadReporters();
  const answers: unknown = answersSoFar(state, failure);
  if (!isAnswers(answers) || answers.answers.length === 0) return;
  await writeResult(answers as unknown as JsonValue, request, terminal);
}

/** Where nobody can be asked, a program reads what has to be answered. */
function writeOpenRewrite(
  { runId }: Pick<Journal, 'runId'>,
  state: RunState,
  { request, terminal }: { readonly request: ResultRequest; readonly terminal: Terminal },
): void {
  if (request.json || request.ndjson || (terminal.interactive && terminal.stdoutIsTerminal)) return;
  const open = rewriteDocument(state);
  if (open === undefined || open.how !== undefined) return;
  terminal.stdout(`${JSON.stringify({ version: 1, runId, outcome: 'suspended', ...open }, null, 2)}\n`);
}
