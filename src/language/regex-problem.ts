import { RE2JS } from 're2js';

/** What is wrong with a regular expression of the syntax RE2, in the engine's words; undefined when it can be used. Pure. */
export function regexProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
  }
}
