import type { RunHeader, RunStatus } from '../../ports/engine.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { noPositionals } from '../positionals.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';

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

async function list({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  if (!hasJournal(values, terminal)) return show([], values, terminal);
  const engine = await openExistingEngine(values, terminal);
  try {
    return show(engine.list(), values, terminal);
  } finally {
    engine.close();
  }
}

function show(runs: readonly RunHeader[], values: FlagValues, terminal: Terminal): 0 {
  if (values.json === true) terminal.stdout(`${JSON.stringify({ version: 1, runs }, null, 2)}\n`);
  else if (runs.length > 0) terminal.stdout(runs.map(rowOf).join(''));
  else terminal.stderr('No run was started here yet; other folders are named by --cwd or --state-dir.\n');
  return 0;
}

function rowOf(run: RunHeader): string {
  const started = new Date(run.createdAt).toISOString().replace('T', ' ').slice(0, 19);
  return `${run.runId}  ${started}  ${statusOf(run).padEnd(20)}  ${run.crew}\n`;
}

function statusOf(run: RunHeader): string {
  return run.active && run.status === 'open' ? 'running' : STATUS_WORDS[run.status];
}
