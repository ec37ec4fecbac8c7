import { ERROR_CODES } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import type { Reporter } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { RunOutcome } from '../runtime/run.ts';
import type { RunState } from '../runtime/run-state.ts';
import { createSpokenReporter } from '../tui/spoken-reporter.ts';
import type { ConversationSpend } from './ask/read-conversation.ts';
import type { FlagValues, Terminal } from './command.ts';
import { rewriteDocument } from './reformulate/rewrite-document.ts';
import { resultDocument } from './result-document.ts';
import { type ResultRequest, writeResult } from './result-output.ts';
import { resumeFlags } from './resume-flags.ts';
import { wantsSpeech } from './wants-dashboard.ts';
import { loadReporters } from './wire.ts';

/** Those who show a run, or how it `goesOn`: people on stderr, and with `--output ndjson` programs on stdout. */
export async function openReporters(
  values: FlagValues,
  request: ResultRequest,
  { terminal, goesOn }: { readonly terminal: Terminal; readonly goesOn: boolean },
): Promise<readonly Reporter[]> {
  const { createPlainReporter, createNdjsonReporter } = await loadReporters();
  const verbosity = values.quiet === true ? 'quiet' : values.verbose === true ? 'verbose' : 'normal';
  const { columns, stderrColor: color, stderr: write } = terminal;
  const flags = resumeFlags(values);
  if (wantsSpeech(values, terminal)) {
    const spoken = createSpokenReporter({ write, flags });
    return request.ndjson ? [spoken, createNdjsonReporter(terminal.stdout)] : [spoken];
  }
  const plain = createPlainReporter({ write, color, columns, verbosity, resumeFlags: flags, goesOn });
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
    writeOpenRewrite(run, outcome.state, { request, terminal });
    const code = outcome.state.suspension?.failure.code;
    return code === undefined ? 5 : ERROR_CODES[code].exitCode;
  }
  if (outcome.end.outcome === 'error') return ERROR_CODES[outcome.end.failure.code].exitCode;
  // Whoever quits before anything has run has no result.
  if (isLeft(run.program, outcome.end.phase)) {
    terminal.stderr(`You quit; nothing of \`${run.program.crew}\` has run.\n`);
    return 1;
  }
  const gate = await writeResult(outcome.end.result, request, terminal);
  return outcome.end.outcome === 'failure' ? 1 : gate;
}

/** Whether a run was left when its request was said again. */
function isLeft({ rewrites, phases }: Program, end: string): boolean {
  const first = rewrites === undefined ? undefined : phases[rewrites.phase];
  return first !== undefined && first.kind !== 'end' && first.next[0]?.to === end;
}

/** Where nobody can be asked, a program reads what has to be answered. */
function writeOpenRewrite(
  { runId }: Pick<Journal, 'runId'>,
  state: RunState,
  { request, terminal }: { readonly request: ResultRequest; readonly terminal: Terminal },
): void {
  if (request.json || request.ndjson || (terminal.interactive && terminal.stdoutIsTerminal)) return;
  const open = rewriteDocument(state);
  if (open === undefined) return;
  terminal.stdout(`${JSON.stringify({ version: 1, runId, outcome: 'suspended', ...open }, null, 2)}\n`);
}
