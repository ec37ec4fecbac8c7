import type { Engine } from '../ports/engine.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { CallDecision } from '../runtime/records/read-decisions.ts';
import type { FlagValues, Terminal } from './command.ts';
import { readRecordedRun } from './recorded-run.ts';
import { loadRecordReaders } from './wire.ts';

/** Digits of a hash that are shown where all of it stands in `--json`. */
const HASH_DIGITS = 12;

/**
 * `crew audit list RUN`: every decision about a tool call, out of facts whose chain of hashes was held against them as they
 * were read, and the last link of that chain. Fails with RUN_NOT_FOUND or JOURNAL_DAMAGED.
 */
export async function listDecisions(
  engine: Engine,
  prefix: string,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<0> {
  const { run, steps } = await readRecordedRun(engine, prefix);
  const { readDecisions } = await loadRecordReaders();
  const decisions = readDecisions(steps);
  const { runId, head } = run;
  if (values.json === true) {
    const document = { version: 1, runId, facts: run.facts.length, head, decisions };
    terminal.stdout(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  }
  terminal.stdout(decisions.map(row => `${decisionText(row)}\n`).join(''));
  const count = decisions.length === 1 ? '1 decision' : `${decisions.length} decisions`;
  terminal.stdout(`${count}, ${run.facts.length} facts, head ${head ?? 'unknown'}\n`);
  return 0;
}

function decisionText(row: CallDecision): string {
  const { seq, at, decision, by, tool, args, argsHash, why, rule, binding, policyHash, alike } = row;
  const said = why === undefined ? [] : [why];
  const details = [
    ...said,
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
