import type { PersonAnswer } from '../../ports/engine.ts';
import type { Terminal } from '../command.ts';
import { personName } from '../person-name.ts';
import { editText } from './edit-text.ts';
import { REWRITE_KEYS, rewriteRows } from './rewrite-text.ts';
import type { Rewrite } from './rewrite-watch.ts';

/** What asks: a terminal that shows and reads. */
export type RewriteTerminal = Pick<
  Terminal,
  'stderr' | 'readLine' | 'columns' | 'env' | 'stdoutIsTerminal' | 'stderrColor'
>;

const CHOICES = { a: 'accept', e: 'edit', r: 'revise', o: 'original', q: 'quit' } as const;

/**
 * Shows a person how their request was said again and asks what to do with it, until it is clear; undefined at the end of
 * input or when the signal aborts, which leaves the run waiting. `r` and words is a remark, and so are the words asked for
 * after `r` alone. What the editor leaves is the request, word for word.
 */
export async function askForRewrite(
  terminal: RewriteTerminal,
  rewrite: Rewrite,
  { signal, spoken = false }: { readonly signal: AbortSignal; readonly spoken?: boolean },
): Promise<PersonAnswer | undefined> {
  if (signal.aborted) return undefined;
  const { columns, stderrColor: color } = terminal;
  terminal.stderr(`\n${rewriteRows(rewrite, { columns, color, spoken }).join('\n')}\n\n${REWRITE_KEYS}\n`);
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) return leave(terminal);
    const said = readChoice(line);
    if (said === undefined) {
      terminal.stderr('expected `a`, `e`, `r`, `o` or `q`; words after `r` are the remark\n');
      continue;
    }
    const answer = await complete(said, { terminal, rewrite, signal });
    if (answer === 'left') return leave(terminal);
    if (answer !== undefined) return { ...answer, by: personName() };
  }
}

/** What is told next does not belong on the row of the prompt. */
function leave(terminal: RewriteTerminal): undefined {
  terminal.stderr('\n');
  return undefined;
}

type Choice = (typeof CHOICES)[keyof typeof CHOICES];
interface Said {
  readonly choice: Choice;
  readonly words: string;
}

function readChoice(line: string): Said | undefined {
  const [, word = '', words = ''] = /^(\S*)\s*(.*)$/s.exec(line.trim()) ?? [];
  const lower = word.toLowerCase();
  const choice = Object.values(CHOICES).find(each => each === lower || each.slice(0, 1) === lower);
  // Only a remark has words.
  return choice === undefined || (words !== '' && choice !== 'revise') ? undefined : { choice, words };
}

interface Asking {
  readonly terminal: RewriteTerminal;
  readonly rewrite: Rewrite;
  readonly signal: AbortSignal;
}

/** The words that belong to a choice; undefined where there are none yet and it is asked again. */
async function complete(
  { choice, words }: Said,
  { terminal, rewrite, signal }: Asking,
): Promise<Pick<PersonAnswer, 'choice' | 'text'> | 'left' | undefined> {
  if (choice === 'edit') {
    const edited = await editText(rewrite.reformulated, terminal);
    if (!('problem' in edited)) return { choice, text: edited.text };
    terminal.stderr(`${edited.problem}\n`);
    return undefined;
  }
  if (choice !== 'revise') return { choice, text: null };
  const remark = words === '' ? await terminal.readLine('remark> ', signal) : words;
  if (remark === undefined) return 'left';
  if (remark.trim() !== '') return { choice, text: remark.trim() };
  terminal.stderr('expected some words\n');
  return undefined;
}
