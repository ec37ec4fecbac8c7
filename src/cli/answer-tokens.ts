import { readTokens } from '../language/amounts.ts';
import { settingOf } from '../model/config.ts';
import { CrewError } from '../model/crew-error.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { readConfig } from './read-config.ts';

/** The most tokens of one answer, as people say it: a flag goes over `max_tokens` of a crew file, a setting stands below it. */
export interface AnswerTokens {
  readonly flag?: number;
  readonly setting?: number;
}

/** Reads `--answer-tokens` and `answers.max_tokens`. Fails with USAGE, and as `readConfig`. */
export async function readAnswerTokens(values: FlagValues, terminal: Terminal): Promise<AnswerTokens> {
  const text = textFlag(values, 'answer-tokens');
  const flag = text === undefined ? undefined : readTokens(text);
  if (text !== undefined && (flag === undefined || flag === 0)) {
    throw new CrewError(
      'USAGE',
      `\`--answer-tokens ${text}\` cannot be read; write a number of tokens such as 16k`,
    );
  }
  const setting = settingOf(await readConfig(values, terminal), 'answers.max_tokens')?.value;
  return { ...(flag === undefined ? {} : { flag }), ...(setting === undefined ? {} : { setting }) };
}
