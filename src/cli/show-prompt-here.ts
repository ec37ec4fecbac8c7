import type { Store } from '../tui/store.ts';
import type { FlagValues, Terminal } from './command.ts';
import { readPromptText } from './read-prompt-text.ts';

/** Opens the exact prompt of a model call over the panes of a dashboard, or says there why it cannot be had. */
export async function showPromptHere(
  store: Store,
  { runId, key }: { readonly runId: string; readonly key: string },
  where: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<void> {
  const say = (toast: string): void => store.change(ui => ({ ...ui, toast }));
  try {
    const text = await readPromptText(runId, key, where);
    if (text === undefined) return say('this prompt is not on record yet');
    const title = `Exact prompt of ${key}`;
    store.change(ui => ({ ...ui, pager: { title, text, kind: 'prose', top: 0, copy: text } }));
  } catch (error) {
    say(`the prompt cannot be read: ${(error as Error).message}`);
  }
}
