import type { Command, CommandCall } from '../command.ts';
import { RUN_FLAGS } from '../flags.ts';
import { onePositional } from '../positionals.ts';
import { resumeRun } from '../resume-run.ts';
import { openExistingEngine } from '../workspace.ts';

/** `crew resume RUN`: goes on with a run from its journal; a finished run shows its result again and calls nothing. */
export const resumeCommand: Command = {
  name: 'resume',
  usage: 'resume RUN',
  summary: 'go on with a run where it stopped',
  flags: RUN_FLAGS,
  run: resume,
};

async function resume({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  const engine = await openExistingEngine(values, terminal);
  try {
    return await resumeRun({ engine, prefix, values, terminal });
  } finally {
    engine.close();
  }
}
