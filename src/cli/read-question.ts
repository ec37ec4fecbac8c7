import { text } from 'node:stream/consumers';
import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';
import { readNamedFile } from './read-files.ts';

/**
 * The question of `crew ask`: its argument, all of stdin for `-`, or a file for `@FILE`. Fails with USAGE when there is
 * none, and with FILE_NOT_FOUND or FILE_UNREADABLE.
 */
export async function readQuestion(positionals: readonly string[], terminal: Terminal): Promise<string> {
  const [word, second] = positionals;
  if (word === undefined) {
    throw new CrewError(
      'USAGE',
      'expected a question, such as `crew ask "What is a monad?"`; `-` reads it from stdin, `@FILE` from a file',
    );
  }
  if (second !== undefined) {
    throw new CrewError(
      'USAGE',
      `expected one question, and found \`${second}\` too; put the question in quotes`,
    );
  }
  const question = (await read(word, terminal)).replace(/^\uFEFF/, '').trim();
  if (question !== '') return question;
  throw new CrewError('USAGE', `the question is empty${word === '-' ? '; nothing came from stdin' : ''}`);
}

async function read(word: string, terminal: Terminal): Promise<string> {
  if (word === '-') return text(process.stdin);
  return word.startsWith('@') ? readNamedFile(terminal.cwd, word.slice(1)) : word;
}
