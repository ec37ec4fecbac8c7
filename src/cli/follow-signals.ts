import { CrewError } from '../model/crew-error.ts';
import type { Journal, RunSignal } from '../ports/engine.ts';
import type { RunControls } from '../runtime/run-controls.ts';
import { realWorld } from './world.ts';

/** How often another shell's words are looked for, in milliseconds. */
const LOOK_MS = 200;

/** Gives what was left for a run from other processes and is not on record yet; each only once. */
export function openSignals(journal: Pick<Journal, 'recorded' | 'signals'>): () => readonly RunSignal[] {
  const known = new Set(journal.recorded.flatMap(fact => (fact.type === 'role.steered' ? [fact.id] : [])));
  return () => {
    const fresh = journal.signals().filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    return fresh;
  };
}

/**
 * Hands on what other processes leave for a run, until the signal aborts. What no role can hear is dropped; a journal
 * that cannot be read for a moment is looked at again.
 */
export async function followSignals(
  take: () => readonly RunSignal[],
  controls: RunControls,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    orLater(() => {
      for (const said of take()) orLater(() => controls.steer(said));
    });
    await realWorld.sleep(LOOK_MS, signal);
  }
}

/** Whoever left it was told of what was wrong with it, and the run itself fails by what is wrong with the journal. */
function orLater(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
  }
}

/** Puts what was left while nobody worked on the run on record, without secrets, before it goes on. */
export function takeSignals(
  journal: Pick<Journal, 'append'>,
  signals: readonly RunSignal[],
  redact: (text: string) => string,
): void {
  for (const { role, text, by, id } of signals) {
    journal.append({ type: 'role.steered', at: realWorld.now(), role, text: redact(text), by, id });
  }
}
