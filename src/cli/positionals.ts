import { CrewError } from '../model/crew-error.ts';

/** The only argument of a command. Fails with USAGE when there is none, or more than one. Pure. */
export function onePositional(positionals: readonly string[], expected: string): string {
  const [first, second] = positionals;
  if (first === undefined) throw new CrewError('USAGE', `expected ${expected}`);
  if (second !== undefined)
    throw new CrewError('USAGE', `expected only ${expected}, and found \`${second}\` too`);
  return first;
}

/** Fails with USAGE when a command that takes no arguments was given one. Pure. */
export function noPositionals(positionals: readonly string[]): void {
  const [first] = positionals;
  if (first !== undefined) throw new CrewError('USAGE', `expected no argument, and found \`${first}\``);
}
