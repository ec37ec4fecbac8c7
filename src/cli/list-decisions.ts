import { answerSlot } from '../model/answer-slot.ts';
import { fitsQuestion } from '../model/fits-question.ts';
import type { Engine } from '../ports/engine.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';
import type { CallDecision } from '../runtime/records/read-decisions.ts';
import type { FlagValues, Terminal } from './command.ts';
import { readRecordedRun } from './recorded-run.ts';
import { resumeFlags } from './resume-flags.ts';
import { loadRecordReaders } from './wire.ts';

/** Digits of a hash that are shown where all of it stands in `--json`. */
const HASH_DIGITS = 12;

/** An answer about a call that was left for a run and that the run has not taken yet; it is no fact of the run. */
type LeftAnswer = Pick<CallDecision, 'decision' | 'by' | 'key' | 'tool' | 'args' | 'argsHash' | 'why'>;

/**
 * `crew audit list RUN`: every decision about a tool call, out of facts whose chain of hashes was held against them as they
 * were read, the last link of that chain, and the answers that the run has not taken yet. Fails with RUN_NOT_FOUND or JOURNAL_DAMAGED.
 */
export async function listDecisions(
  engine: Engine,
  prefix: string,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<0> {
  const { run, steps } = await readRecordedRun(engine, prefix);
  const { readDecisions, readRecord } = await loadRecordReaders();
  const decisions = readDecisions(steps);
  const left = leftAnswers(readRecord(run, steps).questions, engine.answers(run.runId));
  const { runId, head } = run;
  if (values.json === true) {
    const document = { version: 1, runId, facts: run.facts.length, head, decisions, left };
    terminal.stdout(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  }
  terminal.stdout(decisions.map(row => `${decisionText(row)}\n`).join(''));
  const count = decisions.length === 1 ? '1 decision' : `${decisions.length} decisions`;
  terminal.stdout(left.map(row => `${leftText(row)}\n`).join(''));
  terminal.stdout(`${count}, ${run.facts.length} facts, head ${head ?? 'unknown'}\n`);
  if (left.length > 0) {
    const waits = left.length === 1 ? '1 answer waits' : `${left.length} answers wait`;
    const resume = `crew resume ${runId}${resumeFlags(values)}`;
    terminal.stdout(`${waits} for \`${resume}\` to take ${left.length === 1 ? 'it' : 'them'}\n`);
  }
  return 0;
}

function leftAnswers(
  questions: readonly OpenQuestion[],
  answers: ReturnType<Engine['answers']>,
): readonly LeftAnswer[] {
  return questions.flatMap((asked): LeftAnswer[] => {
    const answer = answers.get(answerSlot(asked));
    const { id: key, question } = asked;
    if (answer === undefined || question.kind !== 'approval' || !fitsQuestion(question, answer)) return [];
    const { tool, args, argsHash } = question;
    const { choice, text, by } = answer;
    const decision = choice === 'allow' ? 'allowed' : 'refused';
    return [{ decision, by, key, tool, args, argsHash, ...(text === null ? {} : { why: text }) }];
  });
}

function leftText({ decision, by, key, tool, args, argsHash, why }: LeftAnswer): string {
  const said = why === undefined ? '' : `${why}; `;
  const text = `left  ${key}  ${decision} by ${by}  ${tool} ${JSON.stringify(args)}  (${said}sha256 ${argsHash.slice(0, HASH_DIGITS)})`;
  return sanitizeText(text, { keepNewlines: false });
}

function decisionText(row: CallDecision): string {
  const { seq, at, decision, by, tool, args, argsHash, why, asked, rule, binding, policyHash, alike } = row;
  const said = why === undefined ? [] : [why];
  const details = [
    ...said,
    ...(asked === undefined ? [] : [`asked because ${asked}`]),
    ...(rule === undefined ? [] : [rule]),
    ...(alike === true ? ['and all other calls of it'] : []),
    `sha256 ${argsHash.slice(0, HASH_DIGITS)}`,
    ...(binding === undefined ? [] : [`binding ${binding.slice(0, HASH_DIGITS)}`]),
    ...(policyHash === undefined ? [] : [`policy ${policyHash.slice(0, HASH_DIGITS)}`]),
  ];
  const when = new Date(at).toISOString();
  const call = `${tool} ${JSON.stringify(args)}`;
  const text = `#${seq}  ${when}  ${decision} by ${by}  ${call}  (${details.join('; ')})`;
  return sanitizeText(text, { keepNewlines: false });
}
