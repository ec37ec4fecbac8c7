import { fstatSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { CrewError } from '../model/crew-error.ts';
import { formatQuantity } from '../reporters/amounts.ts';
import type { Terminal } from './command.ts';
import { readNamedFile, textOf } from './read-files.ts';

/** A pipe that says nothing for so long is told of, because nobody may know that it is read. */
const SILENT_MS = 500;

interface Telling {
  readonly terminal: Terminal;
  readonly quiet: boolean;
}

/**
 * The question with what is piped into the program behind it, if anything is, which is told unless `quiet`. Fails as
 * `readQuestion`.
 */
export async function readPipedQuestion(
  positionals: readonly string[],
  { terminal, quiet }: Telling,
): Promise<string> {
  const question = await readQuestion(positionals, terminal);
  if (positionals[0] === '-' || !isPiped()) return question;
  const tell = (words: string): void => {
    if (!quiet) terminal.stderr(`stdin   ${words}\n`);
  };
  if (isReadByOthers()) {
    tell('is a file that another program reads too, so it is left alone; `crew ask -` reads it');
    return question;
  }
  const piped = (await stdinText(terminal, 'the question')).replace(/^\uFEFF/, '').trim();
  if (piped === '') return question;
  tell(`behind the question: ${formatQuantity(piped.split('\n').length, 'line')}`);
  return `${question}\n\n${piped}`;
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
 * Whether somebody has read from stdin before, such as the loop `while read question; do …; done < FILE`, which goes on with
 * what is left. Only Linux says so.
 */
function isReadByOthers(): boolean {
  try {
    const [, position] = /^pos:\s+(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8')) ?? [];
    return Number(position) > 0;
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
  if (word === '-') return await stdinText(terminal, 'the question');
  if (word === '@')
    throw new CrewError('USAGE', 'expected the path of a file behind `@`, such as `@question.md`');
  return word.startsWith('@') ? readNamedFile(terminal.cwd, word.slice(1)) : word;
}

/** All of stdin, which is `what`. That it is waited for is told where nobody may know of it: at once on a terminal, else after a while. */
export async function stdinText(terminal: Terminal, what: string): Promise<string> {
  const words = process.stdin.isTTY
    ? `type ${what}; Ctrl+D on a row of its own ends it`
    : 'waiting for the end of what is piped in; `< /dev/null` if nothing is';
  const told = setTimeout(() => terminal.stderr(`stdin   ${words}\n`), process.stdin.isTTY ? 0 : SILENT_MS);
  try {
    return textOf(await buffer(process.stdin), 'stdin');
  } finally {
    clearTimeout(told);
  }
}
