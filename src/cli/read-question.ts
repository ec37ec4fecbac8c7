import { fstatSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';
import { readNamedFile, textOf } from './read-files.ts';

/** A pipe that says nothing for so long is told of, because nobody may know that it is read. */
const SILENT_MS = 2_000;

/** The question with what is piped into the program behind it, if anything is. Fails as `readQuestion`. */
export async function readPipedQuestion(positionals: readonly string[], terminal: Terminal): Promise<string> {
  const question = await readQuestion(positionals, terminal);
  if (positionals[0] === '-' || !isPiped()) return question;
  const told = setTimeout(() => {
    terminal.stderr('reading what is piped in; `< /dev/null` if nothing is\n');
  }, SILENT_MS);
  const piped = (await stdinText()).replace(/^\uFEFF/, '').trim();
  clearTimeout(told);
  return piped === '' ? question : `${question}\n\n${piped}`;
}

/** Whether stdin is a pipe of a shell or a file; what another program leaves open may never end. */
function isPiped(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isFile();
  } catch {
    return false;
  }
}

/**
 * The question of `crew ask`: its argument, all of stdin for `-`, or a file for `@FILE`. Fails with USAGE when there is
 * none, and with FILE_NOT_FOUND or FILE_UNREADABLE, also for what is not text.
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
  if (word === '-') return await stdinText();
  if (word === '@')
    throw new CrewError('USAGE', 'expected the path of a file behind `@`, such as `@question.md`');
  return word.startsWith('@') ? readNamedFile(terminal.cwd, word.slice(1)) : word;
}

async function stdinText(): Promise<string> {
  return textOf(await buffer(process.stdin), 'stdin');
}
