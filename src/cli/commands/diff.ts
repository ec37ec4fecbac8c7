import { CrewError } from '../../model/crew-error.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Command, CommandCall } from '../command.ts';
import { type DiffSide, diffRuns } from '../diff-runs.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { loadRecordReaders } from '../wire.ts';
import { openExistingEngine } from '../workspace.ts';

/** `crew diff RUN_A RUN_B`: how two runs differ in path, artifacts, prompts and spend. */
export const diffCommand: Command = {
  name: 'diff',
  usage: 'diff RUN_A RUN_B',
  summary: 'compare two runs: path, artifacts, prompts, spend',
  flags: {},
  run: diff,
};

async function diff({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [first, second, ...rest] = positionals;
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new CrewError('USAGE', 'expected two run ids; `crew ps` lists runs');
  }
  const engine = await openExistingEngine(values, terminal);
  try {
    const found = diffRuns(await readSide(engine, first), await readSide(engine, second));
    if (values.json === true) {
      terminal.stdout(`${JSON.stringify({ version: 1, ...found }, null, 2)}\n`);
      return 0;
    }
    const { formatRunDiff } = await loadRecordReaders();
    const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
    terminal.stdout(formatRunDiff(found, { color: terminal.stdoutColor, columns }));
    return 0;
  } finally {
    engine.close();
  }
}

async function readSide(engine: Engine, prefix: string): Promise<DiffSide> {
  const { readRecord, readPrompts, formatPrompt } = await loadRecordReaders();
  const { run, steps } = await readRecordedRun(engine, prefix);
  const textOf: DiffSide['textOf'] = call => formatPrompt(call, { color: false, terminal: false });
  return { record: readRecord(run, steps), prompts: readPrompts(steps), textOf };
}
