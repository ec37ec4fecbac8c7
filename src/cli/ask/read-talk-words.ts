import { CrewError } from '../../model/crew-error.ts';

/** What stands on a command line that goes on with a conversation. */
export interface TalkWords {
  /** The run whose conversation is meant; absent for the last one. */
  readonly named?: string;
  /** What is left, which is the question. */
  readonly words: readonly string[];
}

/** A word is taken for the beginning of a run's id from this length on. */
const SHORTEST_ID = 4;

/**
 * Tells the run from the question, whichever stands first; `runIds` are those that there are. Where neither is one for
 * sure, the first of two words is the beginning of its id. Fails with USAGE for a run without a question, and with
 * RUN_NOT_FOUND where neither of two words can be a run. Pure.
 */
export function readTalkWords(positionals: readonly string[], runIds: readonly string[]): TalkWords {
  const isRun = (word: string): boolean =>
    runIds.some(id => id === word || (word.length >= SHORTEST_ID && id.startsWith(word)));
  const [first, second, ...others] = positionals;
  if (first === undefined || others.length > 0) return { words: positionals };
  if (second === undefined) {
    if (!isRun(first)) return { words: [first] };
    const message = `\`${first}\` is a run; expected a question to go on with too, such as \`crew ask --continue ${first} "And why?"\``;
    throw new CrewError('USAGE', message);
  }
  if (!isRun(second) && !runIds.some(id => id.startsWith(first))) {
    throw new CrewError('RUN_NOT_FOUND', `neither \`${first}\` nor \`${second}\` is a run here`);
  }
  return isRun(second) && !isRun(first)
    ? { named: second, words: [first] }
    : { named: first, words: [second] };
}
