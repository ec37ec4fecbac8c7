import type { PersonAnswer } from '../../ports/engine.ts';
import type { Terminal } from '../command.ts';
import { personName } from '../person-name.ts';
import { editText } from './edit-text.ts';
import { rewriteKeys, rewriteRows } from './rewrite-text.ts';
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
 * after `r` alone. What the editor leaves is shown again, and is the request, word for word, once it is accepted.
 */
export async function askForRewrite(
  terminal: RewriteTerminal,
  rewrite: Rewrite,
  { signal, spoken = false }: { readonly signal: AbortSignal; readonly spoken?: boolean },
): Promise<PersonAnswer | undefined> {
  if (signal.aborted) return undefined;
  let edited: string | undefined;
  show(terminal, rewrite, { spoken, edited });
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) return leave(terminal);
    const said = readChoice(line);
    if (said === undefined || (said.choice === 'revise' && !rewrite.mayRevise)) {
      terminal.stderr(`${expected(rewrite)}\n`);
      continue;
    }
    if (said.choice === 'edit') {
      const before: string = edited ?? rewrite.reformulated;
      const after = await edit(before, rewrite, terminal);
      if (after === undefined) continue;
      edited = after;
      show(terminal, rewrite, { spoken, edited });
      continue;
    }
    const answer = await complete(said, { terminal, signal, edited });
    if (answer === 'left') return leave(terminal);
    if (answer !== undefined) return { ...answer, by: personName() };
  }
}

function expected({ mayRevise }: Rewrite): string {
  return mayRevise
    ? 'expected `a`, `e`, `r`, `o` or `q`; words after `r` are the remark'
    : 'expected `a`, `e`, `o` or `q`; no round is left for a remark';
}

function show(
  terminal: RewriteTerminal,
  rewrite: Rewrite,
  { spoken, edited }: { readonly spoken: boolean; readonly edited: string | undefined },
): void {
  const { columns, stderrColor: color } = terminal;
  const shown = edited === undefined ? rewrite : { ...rewrite, reformulated: edited };
  const rows = rewriteRows(shown, { columns, color, spoken, edited: edited !== undefined });
  terminal.stderr(`\n${rows.join('\n')}\n\n${rewriteKeys(rewrite)}\n`);
}

/** What the editor left; undefined, which was told, where it is what it was before. */
async function edit(text: string, rewrite: Rewrite, terminal: RewriteTerminal): Promise<string | undefined> {
  const edited = await editText(text, terminal);
  if ('text' in edited && edited.text !== text.trim()) return edited.text;
  const problem = 'problem' in edited ? edited.problem : 'the text is the same; nothing was changed';
  terminal.stderr(`${problem}\n${rewriteKeys(rewrite)}\n`);
  return undefined;
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
  readonly signal: AbortSignal;
  /** What the person made of the text in their editor, if anything. */
  readonly edited: string | undefined;
}

/** The words that belong to a choice; undefined where there are none yet and it is asked again. */
async function complete(
  { choice, words }: Said,
  { terminal, signal, edited }: Asking,
): Promise<Pick<PersonAnswer, 'choice' | 'text'> | 'left' | undefined> {
  if (choice === 'accept' && edited !== undefined) return { choice: 'edit', text: edited };
  if (choice !== 'revise') return { choice, text: null };
  const remark = words === '' ? await terminal.readLine('remark> ', signal) : words;
  if (remark === undefined) return 'left';
  const text = remark.trim();
  // Whoever writes the next version has not seen what became of the last one in the editor.
  if (text !== '') {
    return { choice, text: edited === undefined ? text : `${text}\n\nI made this of it:\n${edited}` };
  }
  terminal.stderr('expected some words\n');
  return undefined;
}
