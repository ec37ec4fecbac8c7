import { CrewError } from '../../model/crew-error.ts';
import type { FlagValues, Terminal } from '../command.ts';
import { recordOfPhase } from '../record-of-phase.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { loadRecordReaders } from '../wire.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';
import type { Candidate } from './complete-words.ts';

/** What a run has on record by name: model calls, by key and turn, and artifacts. */
export type RunNames = 'calls' | 'artifacts';

/** The names of a run, or of one phase of it, that a shell may offer; a turn only where it is clear which call is meant. */
export async function runCandidates(
  { run, phase, names }: { readonly run: string; readonly phase?: string; readonly names: RunNames },
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<readonly Candidate[]> {
  if (run === '' || !hasJournal(values, terminal)) return [];
  try {
    const engine = await openExistingEngine(values, terminal);
    try {
      const read = await readRecordedRun(engine, run);
      const { readRecord } = await loadRecordReaders();
      const whole = readRecord(read.run, read.steps);
      const record = phase === undefined ? whole : recordOfPhase(whole, read.run.program, phase);
      if (names === 'artifacts')
        return Object.keys(record.artifacts).map(value => ({ value, about: 'artifact' }));
      const { calls } = record;
      const clear = calls.filter(({ turn }) => calls.filter(call => call.turn === turn).length === 1);
      return [
        ...calls.map(({ key, role, turn }) => ({ value: key, about: `${role}, turn ${turn}` })),
        ...clear.map(({ key, turn }) => ({ value: String(turn), about: key })),
      ];
    } finally {
      engine.close();
    }
  } catch (error) {
    if (error instanceof CrewError) return [];
    throw error;
  }
}
