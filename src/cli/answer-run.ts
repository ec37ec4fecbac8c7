import { answerSlot } from '../model/answer-slot.ts';
import { CrewError } from '../model/crew-error.ts';
import { fitsQuestion } from '../model/fits-question.ts';
import type { Engine } from '../ports/engine.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';
import type { RunState } from '../runtime/run-state.ts';
import { commandsFor } from './answer-commands.ts';
import type { AnswerForm } from './answer-form.ts';
import type { Flags } from './command.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { RUN_FLAGS } from './flags.ts';
import { personName } from './person-name.ts';
import { pickQuestion } from './pick-question.ts';
import { questionId } from './question-id.ts';
import { questionText } from './question-text.ts';
import { readRecordedRun } from './recorded-run.ts';
import { rewriteForm } from './reformulate/rewrite-answers.ts';
import { resumeFlags } from './resume-flags.ts';
import { resumeRun } from './resume-run.ts';
import { loadRecordReaders } from './wire.ts';
import { openExistingEngine } from './workspace.ts';
import { realWorld } from './world.ts';

/** Flags of the commands that answer a waiting run. */
export const ANSWER_FLAGS = {
  question: {
    type: 'string',
    value: 'ID',
    help: 'which question is meant: its id, which `crew answer RUN` shows, or its phase',
  },
  'no-resume': { type: 'boolean', help: 'only leave the answer; `crew resume RUN` goes on later' },
  ...RUN_FLAGS,
} as const satisfies Flags;

/** Chooses the answer to a question, which may have a form of its own, or says what is wrong with it. */
type Choose = (
  question: OpenQuestion['question'],
  form: AnswerForm | undefined,
) => Chosen | { readonly problem: string };

interface Chosen {
  readonly choice: string | null;
  readonly text: string | null;
  /** Leave for all other and later calls of the same tool in the run, too. */
  readonly alike?: true;
}

/**
 * Leaves an answer for the question that a run waits for, then goes on with the run, unless it is at work elsewhere or
 * `--no-resume` was given. Without `choose` the waiting questions are listed. A question that has its answer does not wait,
 * also where the run has not taken it yet. Fails with USAGE when nothing waits, when it is not clear which question is
 * meant or whether the person has seen the call, when the answer does not fit or comes too late, or when there is one already.
 */
export async function answerRun(options: {
  readonly prefix: string;
  readonly choose: Choose | undefined;
  /** The question's id or phase, where it was given as a word; never beside `--question`. */
  readonly id?: string | undefined;
  /** All calls of the tool are meant, so any of those that wait stands for them. */
  readonly alike?: boolean;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<number> {
  const { prefix, choose, values, terminal } = options;
  const named = namedQuestion(options.id, textFlag(values, 'question'));
  const engine = await openExistingEngine(values, terminal);
  try {
    const { runId, open, answered, last } = await questionsOf(engine, prefix);
    const target = `${runId}${resumeFlags(values)}`;
    const formOf = (each: OpenQuestion) => rewriteForm(last, each);
    if (choose === undefined) return list(open, { target, formOf, terminal, values });
    const meant = options.alike === true ? oneOfEachTool(open) : open;
    const rows = (all: readonly OpenQuestion[]) => all.map(shortRow).join('\n');
    const asked = pickQuestion({ runId, open: meant, answered, named, list: rows });
    const late = tooLate(last, asked.id, realWorld.now());
    if (late !== undefined) {
      throw new CrewError(
        'USAGE',
        `the answer to \`${asked.phase}\` came too late; ${late}; go on with: crew resume ${target}`,
      );
    }
    const answer = choose(asked.question, formOf(asked));
    if ('problem' in answer) throw new CrewError('USAGE', `\`${asked.phase}\`: ${answer.problem}`);
    const { binding } = asked.question.kind === 'approval' ? asked.question : {};
    const bound = { ...answer, by: personName(), ...(binding === undefined ? {} : { binding }) };
    if (!engine.answer(runId, answerSlot(asked), bound)) {
      throw new CrewError('USAGE', `\`${asked.phase}\` of run \`${runId}\` was answered already`);
    }
    tellDecided(asked, answer, terminal);
    return await goOn({ engine, runId, phase: asked.phase, values, terminal });
  } finally {
    engine.close();
  }
}

function namedQuestion(word: string | undefined, flag: string | undefined): string | undefined {
  if (word === undefined || flag === undefined) return word ?? flag;
  throw new CrewError(
    'USAGE',
    `\`--question ${flag}\` and \`${word}\` both name a question; one of them is enough`,
  );
}

/** What a run has asked people. */
export interface RunQuestions {
  readonly runId: string;
  readonly open: readonly OpenQuestion[];
  readonly answered: readonly OpenQuestion[];
  /** How the run stands. */
  readonly last: RunState | undefined;
}

/** The questions of a run, those that wait and those that have an answer, also one that the run has not taken yet. */
export async function questionsOf(engine: Engine, prefix: string): Promise<RunQuestions> {
  const { run, steps } = await readRecordedRun(engine, prefix);
  const { readRecord } = await loadRecordReaders();
  const { questions, answers } = readRecord(run, steps);
  const left = engine.answers(run.runId);
  const hasAnswer = (asked: OpenQuestion): boolean => {
    const answer = left.get(answerSlot(asked));
    return answer !== undefined && fitsQuestion(asked.question, answer);
  };
  const open = questions.filter(each => !hasAnswer(each));
  const taken = answers.filter(({ id }) => questions.every(each => each.id !== id));
  const last = steps.at(-1)?.after;
  return { runId: run.runId, open, answered: [...taken, ...questions.filter(hasAnswer)], last };
}

/**
 * What counts in place of an answer after the time of its question; undefined while there is time. An answer that was left
 * in time counts whenever the run is resumed.
 */
function tooLate(last: RunState | undefined, id: string, now: number): string | undefined {
  const work = Object.values(last?.open ?? {}).find(each => each.key === id);
  if (work?.state?.kind !== 'human') return undefined;
  const { timeoutMs, default: taken } = work.state.work;
  if (timeoutMs === undefined || now - work.openedAt < timeoutMs) return undefined;
  return taken === undefined
    ? 'the phase fails, because it has no `default`'
    : `the default counts: ${taken}`;
}

function oneOfEachTool(open: readonly OpenQuestion[]): readonly OpenQuestion[] {
  const tools = new Set<string>();
  return open.filter(({ question }) => {
    if (question.kind !== 'approval') return true;
    const { tool, server = '' } = question;
    const identity = JSON.stringify([tool, server]);
    const isNew = !tools.has(identity);
    tools.add(identity);
    return isNew;
  });
}

interface Listing {
  /** The run's id and what finds its journal, as it stands in commands. */
  readonly target: string;
  readonly formOf: (asked: OpenQuestion) => AnswerForm | undefined;
  readonly terminal: Terminal;
  readonly values: FlagValues;
}

function list(open: readonly OpenQuestion[], { target, formOf, terminal, values }: Listing): number {
  if (values.json === true) {
    const questions = open.map(each => ({ ...namedAnswers(each, formOf(each)), ...each }));
    terminal.stdout(`${JSON.stringify({ version: 1, questions }, null, 2)}\n`);
    return 0;
  }
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  const text = open.map(each => askedText(each, { form: formOf(each), columns, target })).join('\n\n');
  terminal.stdout(open.length === 0 ? 'nothing waits for an answer\n' : `${text}\n`);
  return 0;
}

/** A question, how it may be answered, and the commands that do it, as they stand. Pure. */
export function askedText(
  asked: OpenQuestion,
  {
    form,
    columns,
    target,
  }: { readonly form: AnswerForm | undefined; readonly columns: number; readonly target: string },
): string {
  return `${questionText(asked, columns, form?.ways)}\n\n${commandsFor(asked, target, form).join('\n')}`;
}

/** What commands call a question, and what answers it where that has a form of its own. Pure. */
export function namedAnswers(
  asked: OpenQuestion,
  form: AnswerForm | undefined,
): { readonly name: string; readonly answers?: readonly string[] } {
  return { name: questionId(asked), ...(form === undefined ? {} : { answers: form.answers }) };
}

/** A question on one line, a call with its exact arguments. */
function shortRow(asked: OpenQuestion): string {
  const { phase, question } = asked;
  const what = question.kind === 'question' ? oneLine(question.text) : callText(question);
  return `  ${questionId(asked)}  ${phase}: ${what}`;
}

function callText({ tool, args }: { readonly tool: string; readonly args: unknown }): string {
  return sanitizeText(`${tool} ${JSON.stringify(args)}`, { keepNewlines: false });
}

function oneLine(text: string): string {
  return sanitizeText(text.replace(/\s+/g, ' ').trim(), { keepNewlines: false });
}

/** What was allowed or refused: the call and its exact arguments. */
function tellDecided({ question }: OpenQuestion, { choice, alike }: Chosen, terminal: Terminal): void {
  if (question.kind !== 'approval') return;
  const word = choice === 'deny' ? 'refused' : 'allowed';
  terminal.stderr(`${word} ${callText(question)}\n`);
  if (alike !== true) return;
  const tool = sanitizeText(question.tool, { keepNewlines: false });
  terminal.stderr(`allowed all other and later calls of \`${tool}\` in this run\n`);
}

async function goOn(options: {
  readonly engine: Engine;
  readonly runId: string;
  readonly phase: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<number> {
  const { engine, runId, phase, values, terminal } = options;
  const active = engine.list().some(run => run.runId === runId && run.active);
  if (active || values['no-resume'] === true) {
    const resume = `go on with: crew resume ${runId}${resumeFlags(values)}`;
    const next = active ? `the run takes it where it is at work; if it stops to wait, ${resume}` : resume;
    terminal.stderr(`answered \`${phase}\`; ${next}\n`);
    return 0;
  }
  // Whoever answers by a command reads lines.
  return resumeRun({ engine, prefix: runId, values: { ...values, plain: true }, terminal });
}
