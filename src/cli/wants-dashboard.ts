import type { FlagValues, Terminal } from './command.ts';

/**
 * Whether a run is shown in the dashboard: there is a terminal to see it on and somebody at the keys, and nobody asked for
 * plain output, for data or for quiet. Pure.
 */
export function wantsDashboard(values: FlagValues, terminal: Terminal): boolean {
  const { env, interactive, stdoutIsTerminal, stderrIsTerminal } = terminal;
  if (!interactive || !stdoutIsTerminal || !stderrIsTerminal || env.TERM === 'dumb') return false;
  if (env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0') return false;
  if (wantsSpeech(values, terminal)) return false;
  const others = ['plain', 'json', 'quiet', 'no-input'];
  return others.every(flag => values[flag] !== true) && values.output === undefined;
}

/** Whether the run is told as plain sentences, for a screen reader. Pure. */
export function wantsSpeech(values: FlagValues, { env }: Terminal): boolean {
  return values['screen-reader'] === true || env.INK_SCREEN_READER === 'true';
}
