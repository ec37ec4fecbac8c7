import { CrewError } from '../model/crew-error.ts';
import type { Engine, RecordedRun } from '../ports/engine.ts';
import type { Terminal } from './command.ts';
import { replayFacts } from './replay-facts.ts';
import { readRunFile, writeRunFile } from './run-file.ts';
import { writeOut } from './write-out.ts';

/**
 * Writes the recording of a run, scrubbed of secrets, to `file`; says so when it cannot be replayed without them. Fails
 * with FILE_UNWRITABLE.
 */
export async function recordRun(options: {
  readonly engine: Engine;
  readonly runId: string;
  readonly file: string;
  readonly terminal: Terminal;
}): Promise<void> {
  const { engine, runId, file, terminal } = options;
  const recorded = engine.read(runId);
  const text = await writeRunFile(recorded, terminal.env);
  writeOut(text, file, terminal);
  const scrubbed = await readRunFile(file, text);
  if ((await endOf(scrubbed, file)) === (await endOf(recorded, file))) return;
  terminal.stderr(
    `\`${file}\` cannot be replayed: the run depends on a secret, which was scrubbed out of it\n`,
  );
}

async function endOf(run: RecordedRun, path: string): Promise<string> {
  try {
    return (await replayFacts({ run, program: run.program, path, onEvent: () => undefined })).type;
  } catch (error) {
    if (error instanceof CrewError) return error.code;
    throw error;
  }
}
