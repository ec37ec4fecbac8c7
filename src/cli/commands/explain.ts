import { suggest } from '../../language/closest.ts';
import { CrewError, ERROR_CODES } from '../../model/crew-error.ts';
import type { Command, CommandCall } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { loadLanguage } from '../wire.ts';

/** `crew explain CODE`: why a diagnostic or an error code is shown, with a bad and a good example. */
export const explainCommand: Command = {
  name: 'explain',
  usage: 'explain CODE',
  summary: 'say what a diagnostic or error code means',
  flags: {},
  run: explain,
};

async function explain({ positionals, terminal }: CommandCall): Promise<number> {
  const code = onePositional(positionals, 'a code, such as `crew explain unbounded-cycle`');
  if (Object.hasOwn(ERROR_CODES, code)) {
    const row = ERROR_CODES[code as keyof typeof ERROR_CODES];
    terminal.stdout(`${code} (exit code ${row.exitCode})\n\n${row.hint}\n`);
    return 0;
  }
  const { DIAGNOSTIC_CODES } = await loadLanguage();
  if (!Object.hasOwn(DIAGNOSTIC_CODES, code)) {
    const hint = suggest(code, [...Object.keys(DIAGNOSTIC_CODES), ...Object.keys(ERROR_CODES)]);
    throw new CrewError('USAGE', `there is no code \`${code}\`${hint === undefined ? '' : `; ${hint}`}`);
  }
  const { severity, meaning, bad, good } = DIAGNOSTIC_CODES[code as keyof typeof DIAGNOSTIC_CODES];
  terminal.stdout(`${code} (${severity})\n\n${meaning}\n\nBad:\n${indent(bad)}\nGood:\n${indent(good)}`);
  return 0;
}

function indent(text: string): string {
  return `${text.trimEnd().replaceAll(/^/gm, '    ')}\n`;
}
