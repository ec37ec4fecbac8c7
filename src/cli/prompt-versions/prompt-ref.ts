import { CrewError } from '../../model/crew-error.ts';
import { PROMPT_FOLDER, promptNameOf } from '../../model/prompt-file.ts';

/** Which prompt is meant, and in which version: `merge`, `merge.short@3f2a`, `crews/prompts/_finding@production^`. */
export interface PromptRef {
  /** As it was written. */
  readonly text: string;
  /** The folder, where it was named. */
  readonly folder?: string;
  /** The name of the file. */
  readonly file: string;
  /** The file name without its ending: `merge.short`. */
  readonly stem: string;
  /** A label, the beginning of a hash, of a version or a commit, `HEAD`, or `lock`; absent for what stands in the working tree. */
  readonly version?: string;
  /** How many versions before that. */
  readonly back: number;
}

const ENDING = '.prompt.md';
const BACK = /(?:\^|~\d*)+$/;
const LABEL = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/** The name that stands for what is committed. */
export const COMMITTED = 'HEAD';

/** The name that stands for what `crew.lock` has. */
export const LOCKED = 'lock';

/** Reads a reference to a prompt. Fails with USAGE and what was expected. Pure. */
export function parsePromptRef(text: string): PromptRef {
  const at = text.lastIndexOf('@');
  // A folder may have an `@` in its name.
  const isVersion = at > text.lastIndexOf('/');
  const suffix = BACK.exec(text)?.[0] ?? '';
  const whole = text.slice(0, text.length - suffix.length);
  const place = isVersion ? whole.slice(0, at) : whole;
  const version = isVersion ? whole.slice(at + 1) : undefined;
  const slash = place.lastIndexOf('/');
  const stem = stemOf(place.slice(slash + 1));
  const problem = nameProblem(stem);
  if (problem !== undefined) throw unreadable(`\`${stem}\` is no name of a prompt: ${problem}`);
  if (version !== undefined && !LABEL.test(version)) {
    throw unreadable(`\`${version}\` is no label and no hash, and one is expected behind \`@\``);
  }
  return {
    text,
    ...(slash === -1 ? {} : { folder: place.slice(0, slash) || '/' }),
    file: `${stem}${ENDING}`,
    stem,
    ...(version === undefined ? {} : { version }),
    back: stepsBack(suffix),
  };
}

/** The name of a prompt file without its ending. Pure. */
export function stemOf(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file.endsWith(ENDING) ? file.slice(0, -ENDING.length) : file;
}

/** What is wrong with a label; undefined when nothing is. Pure. */
export function labelProblem(label: string): string | undefined {
  if (label === COMMITTED) return `\`${COMMITTED}\` stands for what is committed`;
  if (label === LOCKED) return `\`${LOCKED}\` stands for what \`crew.lock\` has`;
  if (/^[0-9a-f]{4,64}$/.test(label)) return 'it would be read as a hash';
  return LABEL.test(label)
    ? undefined
    : 'a label has letters, digits, `.`, `_` and `-`, and begins with one of the first two';
}

/** `^` is one step, `~3` three; they add up. */
function stepsBack(suffix: string): number {
  const steps = suffix.match(/\^|~\d*/g) ?? [];
  return steps.reduce((sum, step) => sum + (step.length > 1 ? Number(step.slice(1)) : 1), 0);
}

/** What keeps a file name, without its ending, from being that of a prompt; undefined when nothing does. Pure. */
export function nameProblem(stem: string): string | undefined {
  if (promptNameOf(`${stem}${ENDING}`) !== undefined) return undefined;
  if (/^_[^.]+\./.test(stem)) return 'a partial has no variants';
  const parts = stem.replace(/^_/, '').split('.');
  if (parts.length > 2) return 'its name has at most one variant, as in `merge.short`';
  return 'names are lower-case letters, digits, `_` and `-`, and start with a letter';
}

function unreadable(problem: string): CrewError {
  const forms = `\`merge\`, \`merge.short@3f2a9c1b\`, \`${PROMPT_FOLDER}/merge@production^\``;
  return new CrewError('USAGE', `${problem}; expected a reference such as ${forms}`);
}
