import type { CommandCall, Flags, Verb } from './command.ts';

/** One thing that `crew prompt` does: a file `prompt-<name>.ts`, a row in `commands/prompt.ts`. */
export interface PromptVerb extends Omit<Verb, 'flags'> {
  /** The flags that only this verb, or several with the same row, take. */
  readonly flags: Flags;
  /** The call without the verb among its positionals; gives the exit code or fails with a `CrewError`. */
  readonly run: (call: CommandCall) => Promise<number>;
}
