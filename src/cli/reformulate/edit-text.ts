import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from '../command.ts';

/**
 * Lets a person change a text in their editor, `$VISUAL` or `$EDITOR`, else `vi`; what is wrong is said as a problem: no
 * editor, one that failed, or an empty text. The file that it is in meanwhile is for this person alone, and goes away.
 */
export async function editText(
  text: string,
  terminal: Pick<Terminal, 'env' | 'stdoutIsTerminal'>,
): Promise<{ readonly text: string } | { readonly problem: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'crew-edit-'));
  const file = join(folder, 'request.md');
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    const editor = terminal.env.VISUAL || terminal.env.EDITOR || 'vi';
    const failure = await runEditor(editor, file, terminal);
    if (failure !== undefined) return { problem: `\`${editor}\` ${failure}; nothing was changed` };
    const edited = readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
    return edited === '' ? { problem: 'the text is empty; nothing was changed' } : { text: edited };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * An editor is a command line of the shell, as for other programs; undefined when it ended well. Ctrl+C means something else in
 * there, and the terminal sends it to all of us, so that meanwhile it stops neither this program nor the shell.
 */
function runEditor(
  editor: string,
  file: string,
  { env, stdoutIsTerminal }: Pick<Terminal, 'env' | 'stdoutIsTerminal'>,
): Promise<string | undefined> {
  const listeners = process.rawListeners('SIGINT') as NodeJS.SignalsListener[];
  for (const listener of listeners) process.off('SIGINT', listener);
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const ended = new Promise<string | undefined>(resolve => {
    const child = spawn('/bin/sh', ['-c', `trap : INT; ${editor} "$@"`, editor, file], {
      // Data on stdout stays data: the editor draws where the questions are asked.
      stdio: ['inherit', stdoutIsTerminal ? 'inherit' : 2, 'inherit'],
      env: { ...env },
    });
    child.once('error', error => resolve(`cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal === null ? `exit code ${code}` : signal}`);
    });
  });
  return ended.finally(() => {
    process.off('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  });
}
