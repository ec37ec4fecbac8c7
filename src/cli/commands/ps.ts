import type { RunHeader, RunStatus } from '../../ports/engine.ts';
import type { Command, CommandCall } from '../command.ts';
import { openExistingEngine } from '../workspace.ts';

/** `crew ps`: the runs of this workspace, newest first. */
export const psCommand: Command = {
  name: 'ps',
  usage: 'ps',
  summary: 'list the runs of this workspace',
  flags: {},
  run: list,
};

const STATUS_WORDS = {
  open: 'open, can be resumed',
  success: 'ended in success',
  failure: 'ended in failure',
  error: 'ended by an error',
} as const satisfies Record<RunStatus, string>;

async function list({ values, terminal }: CommandCall): Promise<number> {
  const engine = await openExistingEngine(values, terminal);
  try {
    const runs = engine.list();
    if (values.json === true) terminal.stdout(`${JSON.stringify({ version: 1, runs }, null, 2)}\n`);
    else terminal.stdout(runs.map(rowOf).join(''));
    return 0;
  } finally {
    engine.close();
  }
}

function rowOf(run: RunHeader): string {
  const started = new Date(run.createdAt).toISOString().replace('T', ' ').slice(0, 19);
  return `${run.runId}  ${started}  ${STATUS_WORDS[run.status].padEnd(20)}  ${run.crew}\n`;
}
