import { CrewError } from '../model/crew-error.ts';
import { type FlagValues, textFlag } from './command.ts';
import { realWorld } from './world.ts';

/** The id of a new run: that of `--run-id`, else a new one. Fails with USAGE for a word that cannot be an id. */
export function readRunId(values: FlagValues): string {
  const given = textFlag(values, 'run-id');
  if (given === undefined) return realWorld.newId();
  if (/^[a-z0-9][a-z0-9-]{3,63}$/.test(given)) return given;
  const message = `\`--run-id ${given}\`: expected 4 to 64 lower-case letters, digits and \`-\`, not beginning with \`-\``;
  throw new CrewError('USAGE', message);
}
