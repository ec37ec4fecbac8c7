import type { Terminal } from './command.ts';

/** What stands in for a terminal when the product is used as a library: nothing is written anywhere. */
export function libraryTerminal(
  cwd: string,
  env: { readonly [name: string]: string | undefined } = process.env,
): Terminal {
  return {
    cwd,
    env,
    version: 'library',
    columns: 120,
    interactive: false,
    readLine: async () => undefined,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdoutColor: false,
    stderrColor: false,
    stdout: () => undefined,
    stderr: () => undefined,
  };
}
