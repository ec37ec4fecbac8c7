import { CrewError } from '../model/crew-error.ts';
import type { Engine } from '../ports/engine.ts';
import type { OpenQuestion } from '../runtime/open-questions.ts';
import { personName, questionText } from './ask-person.ts';
import type { Flags } from './command.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { RUN_FLAGS } from './flags.ts';
import { resumeRun } from './resume-run.ts';
import { loadRunReader } from './wire.ts';
import { openExistingEngine } from './workspace.ts';

/** Flags of the commands that answer a waiting run. */
export const ANSWER_FLAGS = {
  question: {
    type: 'string',
    value: 'PHASE',
    help: 'which question is meant, by its phase, when several wait',
  },
  'no-resume': { type: 'boolean', help: 'only leave the answer; `crew resume RUN` goes on later' },
  ...RUN_FLAGS,
} as const satisfies Flags;

/** Chooses the answer to a question, or says what is wrong with it. */
type Choose = (
  question: OpenQuestion['question'],
) => { readonly choice: string | null; readonly text: string | null } | { readonly problem: string };

/**
 * Leaves an answer for the question that a run waits for, then goes on with the run, unless it is at work elsewhere or
 * `--no-resume` was given. Without `choose` the waiting questions are listed. Fails with USAGE when nothing waits, when
 * it is not clear which question is meant, when the answer does not fit, or when it was answered already.
 */
export async function answerRun(options: {
  readonly prefix: string;
  readonly choose: Choose | undefined;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<number> {
  const { prefix, choose, values, terminal } = options;
  const engine = await openExistingEngine(values, terminal);
  try {
    const { openQuestions } = await loadRunReader();
    const { runId, program, facts } = engine.read(prefix);
    const open = openQuestions(program, facts);
    if (choose === undefined) return list(open, terminal, values);
    const asked = pick(open, { runId, phase: textFlag(values, 'question') });
    const answer = choose(asked.question);
    if ('problem' in answer) throw new CrewError('USAGE', `\`${asked.phase}\`: ${answer.problem}`);
    if (!engine.answer(runId, asked.id, { ...answer, by: personName() })) {
      throw new CrewError('USAGE', `\`${asked.phase}\` of run \`${runId}\` was answered already`);
    }
    return await goOn({ engine, runId, phase: asked.phase, values, terminal });
  } finally {
    engine.close();
  }
}

function list(open: readonly OpenQuestion[], terminal: Terminal, values: FlagValues): number {
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, questions: open }, null, 2)}\n`);
    return 0;
  }
  terminal.stdout(
    open.length === 0 ? 'nothing waits for an answer\n' : `${open.map(questionText).join('\n\n')}\n`,
  );
  return 0;
}

function pick(
  open: readonly OpenQuestion[],
  { runId, phase }: { readonly runId: string; readonly phase: string | undefined },
): OpenQuestion {
  const meant = phase === undefined ? open : open.filter(each => each.phase === phase);
  const [first, ...others] = meant;
  const waiting = [...new Set(open.map(each => `\`${each.phase}\``))].join(', ');
  if (open.length === 0) throw new CrewError('USAGE', `run \`${runId}\` waits for no answer`);
  if (first === undefined) {
    throw new CrewError('USAGE', `\`${phase}\` of run \`${runId}\` asks nothing; what waits: ${waiting}`);
  }
  // Several calls of one phase are allowed one by one, oldest first.
  if (others.some(each => each.phase !== first.phase)) {
    throw new CrewError('USAGE', `several questions wait: ${waiting}; name one with \`--question PHASE\``);
  }
  return first;
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
    const resume = `go on with: crew resume ${runId}`;
    const next = active ? `the run takes it where it is at work; if it stops to wait, ${resume}` : resume;
    terminal.stderr(`answered \`${phase}\`; ${next}\n`);
    return 0;
  }
  return resumeRun({ engine, prefix: runId, values, terminal });
}
