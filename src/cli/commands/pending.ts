import { CrewError } from '../../model/crew-error.ts';
import type { Engine } from '../../ports/engine.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { OpenQuestion } from '../../runtime/people/open-questions.ts';
import type { RunState } from '../../runtime/run-state.ts';
import { askedText, namedAnswers, questionsOf } from '../answer-run.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { rewriteForm } from '../reformulate/rewrite-answers.ts';
import { resumeFlags } from '../resume-flags.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';

/** `crew pending [RUN]`: what runs wait for people to say, from their journals alone. */
export const pendingCommand: Command = {
  name: 'pending',
  usage: 'pending [RUN]',
  summary: 'show what runs wait for people to answer or allow',
  flags: {},
  run: pending,
};

/** What one run asks, or why its record cannot be read. */
interface PendingRun {
  readonly runId: string;
  readonly crew: string;
  /** A living process works on it right now. */
  readonly active: boolean;
  readonly questions: readonly OpenQuestion[];
  /** How the run stands, where its record can be read. */
  readonly last?: RunState | undefined;
  readonly problem?: string;
}

async function pending({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [prefix, ...rest] = positionals;
  if (rest.length > 0) throw new CrewError('USAGE', 'expected at most one run id; `crew ps` lists runs');
  const runs = await readPending(prefix, values, terminal);
  const waiting = runs.filter(({ questions, problem }) => questions.length > 0 || problem !== undefined);
  if (values.json === true) {
    const rows = waiting.map(({ questions, last, ...run }) => ({
      ...run,
      questions: questions.map(asked => ({ ...namedAnswers(asked, rewriteForm(last, asked)), ...asked })),
    }));
    terminal.stdout(`${JSON.stringify({ version: 1, runs: rows }, null, 2)}\n`);
    return 0;
  }
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  const texts = waiting.map(run => runText(run, { columns, flags: resumeFlags(values) }));
  terminal.stdout(texts.length === 0 ? 'nothing waits for an answer\n' : `${texts.join('\n\n')}\n`);
  return 0;
}

async function readPending(
  prefix: string | undefined,
  values: FlagValues,
  terminal: Terminal,
): Promise<readonly PendingRun[]> {
  if (prefix === undefined && !hasJournal(values, terminal)) return [];
  const engine = await openExistingEngine(values, terminal);
  try {
    const only = prefix === undefined ? undefined : engine.read(prefix).runId;
    const runs = engine
      .list()
      .filter(({ runId, status }) => (only === undefined ? status === 'open' : runId === only));
    const read: PendingRun[] = [];
    for (const { runId, crew, active } of runs)
      read.push({ runId, crew, active, ...(await askedBy(engine, runId)) });
    return read;
  } finally {
    engine.close();
  }
}

/** One damaged record does not hide the others. */
async function askedBy(
  engine: Engine,
  runId: string,
): Promise<Pick<PendingRun, 'questions' | 'last' | 'problem'>> {
  try {
    const { open, last } = await questionsOf(engine, runId);
    return { questions: open, last };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { questions: [], problem: `${error.code} ${error.message}` };
  }
}

function runText(
  { runId, crew, active, questions, last, problem }: PendingRun,
  { columns, flags }: { readonly columns: number; readonly flags: string },
): string {
  const state = active ? 'at work' : 'waits';
  const title = `run ${runId} · ${crew} · ${state}`;
  if (problem !== undefined) return oneLine(`${title} · ${problem}`);
  const target = `${runId}${flags}`;
  const texts = questions.map(asked => askedText(asked, { form: rewriteForm(last, asked), columns, target }));
  return `${oneLine(title)}\n\n${texts.join('\n\n')}`;
}

function oneLine(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
