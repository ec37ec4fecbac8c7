import { CrewError } from '../model/crew-error.ts';
import type { Reporter } from '../model/run-event.ts';
import { createSpokenReporter } from '../tui/spoken-reporter.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { resumeFlags } from './resume-flags.ts';
import { wantsSpeech } from './wants-dashboard.ts';
import { loadReporters } from './wire.ts';

/** Whether `--output ndjson` was given. Fails with USAGE for any other output. Pure. */
export function wantsNdjson(values: FlagValues): boolean {
  const output = textFlag(values, 'output');
  if (output === undefined || output === 'ndjson') return output === 'ndjson';
  throw new CrewError('USAGE', `\`--output ${output}\` is not known; expected \`ndjson\``);
}

/**
 * A reporter that tells a recorded run on stdout, because there the log is the data: for people, or one event a line.
 * `margin` is put before each line for people, and counts as part of its width.
 */
export async function openLogReporter(
  values: FlagValues,
  terminal: Terminal,
  margin: () => string = () => '',
): Promise<Reporter> {
  const { createPlainReporter, createNdjsonReporter } = await loadReporters();
  if (wantsNdjson(values)) return createNdjsonReporter(terminal.stdout);
  if (wantsSpeech(values, terminal)) {
    return createSpokenReporter({
      write: text => terminal.stdout(`${margin()}${text}`),
      flags: resumeFlags(values),
    });
  }
  return createPlainReporter({
    write: text => terminal.stdout(`${margin()}${text}`.replace(/ +\n$/, '\n')),
    color: terminal.stdoutColor,
    columns: terminal.columns - margin().length,
    verbosity: values.quiet === true ? 'quiet' : values.verbose === true ? 'verbose' : 'normal',
    resumeFlags: resumeFlags(values),
  });
}
