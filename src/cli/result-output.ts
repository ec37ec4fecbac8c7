import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import { type FindingSeverity, SEVERITIES } from '../model/review.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { loadReporters } from './wire.ts';
import { writeOut } from './write-out.ts';

type Format = 'markdown' | 'json' | 'sarif' | 'rdjson' | 'github';

/** What the flags ask to be done with a result; read before the run, so that a slip costs nothing. */
export interface ResultRequest {
  readonly format: Format | undefined;
  readonly out: string | undefined;
  readonly failOn: FindingSeverity | undefined;
  readonly json: boolean;
  readonly ndjson: boolean;
}

/** Reads `--format`, which is `json` for a file of that name where it is not given, `-o`, `--fail-on`, `--json` and `--output`. Fails with USAGE or FILE_UNWRITABLE. */
export async function readResultRequest(values: FlagValues, cwd: string): Promise<ResultRequest> {
  const { REVIEW_FORMATS } = await loadReporters();
  const output = textFlag(values, 'output');
  if (output !== undefined && output !== 'ndjson') {
    throw new CrewError(
      'USAGE',
      `\`--output ${output}\` is not known; expected \`ndjson\` (a file is \`-o FILE\`)`,
    );
  }
  if (output !== undefined && values.json === true) {
    throw new CrewError(
      'USAGE',
      '`--json` and `--output ndjson` both write to stdout; leave one of them out',
    );
  }
  const out = textFlag(values, 'out');
  if (out !== undefined) requirePlace(cwd, out, '-o');
  return {
    format: oneOf(values, 'format', REVIEW_FORMATS) ?? (isJsonFile(out) ? 'json' : undefined),
    out,
    failOn: oneOf(values, 'fail-on', SEVERITIES),
    json: values.json === true,
    ndjson: output === 'ndjson',
  };
}

/**
 * Writes a result where the flags want it, as a review when it is one, and judges it: 1 when `--fail-on` is not met,
 * else 0. Fails with RESULT_NOT_A_REVIEW or FILE_UNWRITABLE.
 */
export async function writeResult(
  result: JsonValue,
  request: ResultRequest,
  terminal: Terminal,
): Promise<0 | 1> {
  const { isReview, failsGate } = await loadReporters();
  const review = isReview(result) ? result : undefined;
  const needsReview = request.failOn ?? (request.format === 'json' ? undefined : request.format);
  if (needsReview !== undefined && review === undefined) {
    const flag = request.failOn === undefined ? '--format' : '--fail-on';
    throw new CrewError(
      'RESULT_NOT_A_REVIEW',
      `\`${flag} ${needsReview}\` expects a review, and this crew's result is something else`,
    );
  }
  const text = await resultText(result, request, terminal);
  if (request.out !== undefined) writeOut(text, request.out, terminal);
  else if (!request.json && !request.ndjson) {
    // On one screen the result needs some air after the progress; in a pipe it is data and nothing else.
    if (terminal.stdoutIsTerminal && terminal.stderrIsTerminal) terminal.stderr('\n');
    terminal.stdout(text.endsWith('\n') ? text : `${text}\n`);
  }
  if (request.failOn === undefined || review === undefined || !failsGate(review, request.failOn)) return 0;
  terminal.stderr(
    `--fail-on ${request.failOn}: the review has findings of that severity or worse, so this exits with 1\n`,
  );
  return 1;
}

/** A result as its kind is shown to people; as JSON when that was asked for, or when it is of no kind that we know. */
async function resultText(result: JsonValue, request: ResultRequest, terminal: Terminal): Promise<string> {
  const { isReview, formatReview, isAnswers, formatAnswers, formatResult } = await loadReporters();
  const toFile = request.out !== undefined;
  const color = !toFile && terminal.stdoutColor;
  const onTerminal = { terminal: !toFile && terminal.stdoutIsTerminal };
  if (isJsonFile(request.out) && typeof result === 'string') return `${JSON.stringify(result)}\n`;
  if (request.format === 'json') return formatResult(result, onTerminal);
  if (isReview(result)) {
    return formatReview(result, request.format ?? 'markdown', { version: terminal.version, color });
  }
  return isAnswers(result)
    ? formatAnswers(result, { ...onTerminal, color })
    : formatResult(result, onTerminal);
}

/**
 * A result of minutes and money must not be lost to a slip in a path: refuses one that cannot become a file before the run
 * is made. Fails with FILE_UNWRITABLE.
 */
export function requirePlace(cwd: string, path: string, flag: string): void {
  const isFolder = (name: string) => statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
  const target = resolve(cwd, path);
  if (isFolder(target))
    throw new CrewError('FILE_UNWRITABLE', `\`${flag} ${path}\` is a folder; name a file in it`);
  if (isFolder(dirname(target))) return;
  throw new CrewError('FILE_UNWRITABLE', `\`${flag} ${path}\`: there is no folder \`${dirname(target)}\``);
}

/** Whoever names a file so will read it as JSON. */
function isJsonFile(out: string | undefined): boolean {
  return out?.toLowerCase().endsWith('.json') === true;
}

function oneOf<Word extends string>(
  values: FlagValues,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = textFlag(values, name);
  if (text === undefined) return undefined;
  const word = words.find(candidate => candidate === text);
  if (word !== undefined) return word;
  throw new CrewError('USAGE', `\`--${name} ${text}\` is not known; expected one of ${words.join(', ')}`);
}
