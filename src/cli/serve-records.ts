import { answerSlot } from '../model/answer-slot.ts';
import { CrewError } from '../model/crew-error.ts';
import { fitsQuestion } from '../model/fits-question.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunRecord, WaitingQuestion } from '../model/run-record.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { OpenQuestion } from '../serve/served-crew.ts';
import { commandsFor } from './answer-commands.ts';
import { questionWords } from './question-text.ts';
import { type ReadRun, readRecordedRun } from './recorded-run.ts';
import { resumeFlags } from './resume-flags.ts';
import type { ServeHostOptions } from './serve-run.ts';
import { loadRecordReaders } from './wire.ts';

/** Only runs of served crews are there, and only by their whole id. Fails with RUN_NOT_FOUND. */
export function requireServed({ engine, programs }: ServeHostOptions, runId: string): void {
  const header = engine.list().find(run => run.runId === runId);
  if (header === undefined || !programs.has(header.crew)) throw notServed(runId);
}

/** A journal may be shared by several workspaces; runs of another one are not ours to show or to go on with. */
export function requireSamePlace({ workspace }: ServeHostOptions, found: string, runId: string): void {
  if (found !== workspace) throw notServed(runId);
}

function notServed(runId: string): CrewError {
  return new CrewError('RUN_NOT_FOUND', `no run \`${runId}\` of a served crew`);
}

/** Reads a run of a served crew. Fails with RUN_NOT_FOUND or JOURNAL_*. */
export async function readServed(options: ServeHostOptions, runId: string): Promise<ReadRun> {
  requireServed(options, runId);
  const read = await readRecordedRun(options.engine, runId);
  const [first] = read.run.facts;
  if (first?.type === 'run.started') requireSamePlace(options, first.workspace, runId);
  return read;
}

/** All that is known of a run. */
export async function recordOf({ run, steps }: ReadRun): Promise<RunRecord> {
  const { readRecord } = await loadRecordReaders();
  return readRecord(run, steps);
}

/** What watchers of a run were told, in order. Pure. */
export function eventsOf({ steps }: ReadRun): readonly RunEvent[] {
  return steps.flatMap(({ effects }) =>
    effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : [])),
  );
}

/** What a run waits for that nobody has answered yet, with the words for it. */
export async function openQuestionsOf(
  options: ServeHostOptions,
  read: ReadRun,
): Promise<readonly OpenQuestion[]> {
  const { engine, values } = options;
  const { runId } = read.run;
  const left = engine.answers(runId);
  const { questions } = await recordOf(read);
  return questions
    .filter(asked => {
      const answer = left.get(answerSlot(asked));
      return answer === undefined || !fitsQuestion(asked.question, answer);
    })
    .map(asked => {
      const { id, phase, question } = asked;
      const commands = commandsFor(asked, `${runId}${resumeFlags(values)}`);
      return { id, phase, question, text: textOf(asked), commands };
    });
}

/** What is asked, whole, without the keys of a terminal. */
function textOf(asked: WaitingQuestion): string {
  const { title, rows } = questionWords(asked, { columns: Number.POSITIVE_INFINITY });
  const { question } = asked;
  if (question.kind === 'question') return `${title}\n\n${rows.join('\n')}`;
  const because = question.kind === 'approval' ? [question.reason, question.rule] : [];
  const why = because.flatMap(text =>
    text === undefined ? [] : [sanitizeText(text, { keepNewlines: false })],
  );
  const asks = why.length === 0 ? '' : `\nAsked because: ${why.join(' ')}`;
  return `${title}\n\n${rows.join('\n')}\n\nsha256 of the arguments: ${question.argsHash}${asks}`;
}
