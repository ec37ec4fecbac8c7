import { CrewError } from '../model/crew-error.ts';

/** The only argument of a command. Fails with USAGE when there is none, or more than one. Pure. */
export function onePositional(positionals: readonly string[], expected: string): string {
  const [first, second] = positionals;
  if (first === undefined) throw new CrewError('USAGE', `expected ${expected}`);
  if (second !== undefined)
    throw new CrewError('USAGE', `expected only ${expected}, and found \`${second}\` too`);
  return first;
}

/** A crew file, and the request to it if it stands there. Fails with USAGE without a file, as `example` has one, and for more. Pure. */
export function readCrewWords(
  positionals: readonly string[],
  example: string,
): { readonly path: string; readonly words: string | undefined } {
  const [path, words, more] = positionals;
  if (path === undefined) throw new CrewError('USAGE', `expected a crew file, such as \`${example}\``);
  if (more === undefined) return { path, words };
  const message = `expected a crew file and one request, and found \`${more}\` too; put the request in quotes`;
  throw new CrewError('USAGE', message);
}

/** Fails with USAGE when a command that takes no arguments was given one. Pure. */
export function noPositionals(positionals: readonly string[]): void {
  const [first] = positionals;
  if (first !== undefined) throw new CrewError('USAGE', `expected no argument, and found \`${first}\``);
}
