import type { FlagValues, Terminal } from './command.ts';
import { readRecordedRun } from './recorded-run.ts';
import { loadRecordReaders } from './wire.ts';
import { openExistingEngine } from './workspace.ts';

/** The exact prompt of one model call, as it is on record; undefined while it is not there. Fails like `Engine.read`. */
export async function readPromptText(
  runId: string,
  key: string,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<string | undefined> {
  const engine = await openExistingEngine(values, terminal);
  try {
    const { steps } = await readRecordedRun(engine, runId);
    const { readPrompts, formatPrompt } = await loadRecordReaders();
    const call = readPrompts(steps).get(key);
    return call === undefined ? undefined : formatPrompt(call, { color: false, terminal: true });
  } finally {
    engine.close();
  }
}
