import type { FlagValues, Terminal } from './command.ts';

/**
 * What tells once, also with `--quiet`, that a rule answers because a server that somebody named does not; undefined without `--quiet`,
 * where the first lines of the run say so.
 */
export function tellOffline(
  values: FlagValues,
  terminal: Terminal,
): ((troubles: readonly string[]) => void) | undefined {
  if (values.quiet !== true) return undefined;
  let isTold = false;
  return troubles => {
    if (isTold || troubles.length === 0) return;
    isTold = true;
    terminal.stderr(`! \`offline\` answers, which is no language model: ${troubles.join('; ')}\n`);
  };
}
