import { shellWord } from '../model/shell-word.ts';
import { type FlagValues, textFlag } from './command.ts';

/** What finds the journal of a run again from the same folder, ready to be pasted behind `crew resume RUN`. Pure. */
export function resumeFlags(values: FlagValues): string {
  const flags = ['cwd', 'state-dir'].flatMap(name => {
    const value = textFlag(values, name);
    return value === undefined ? [] : [` --${name} ${shellWord(value)}`];
  });
  return flags.join('');
}
