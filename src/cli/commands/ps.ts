import type { RunHeader } from '../../ports/engine.ts';
import type { ListedRun } from '../../reporters/runs-text.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { noPositionals } from '../positionals.ts';
import { loadRunsText } from '../wire-views.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew ps`: the runs of this workspace, newest first; nothing is read but their headers. */
export const psCommand: Command = {
  name: 'ps',
  usage: 'ps',
  summary: 'list the runs here, what they cost and wait for',
  flags: {},
  run: list,
};

async function list({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  if (!hasJournal(values, terminal)) return show([], values, terminal);
  const engine = await openExistingEngine(values, terminal);
  try {
    return await show(engine.list(), values, terminal);
  } finally {
    engine.close();
  }
}

async function show(runs: readonly RunHeader[], values: FlagValues, terminal: Terminal): Promise<0> {
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, runs }, null, 2)}\n`);
    return 0;
  }
  if (runs.length === 0) {
    terminal.stderr('No run was started here yet; other folders are named by --cwd or --state-dir.\n');
    return 0;
  }
  const { formatRuns } = await loadRunsText();
  const now = realWorld.now();
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  const listed = runs.map(run => listedRun(run, now));
  terminal.stdout(formatRuns(listed, { color: terminal.stdoutColor, columns }));
  return 0;
}

/** A run that is at work has no summary of that; it has worked at least since it was begun. */
function listedRun({ runId, crew, createdAt, status, active, summary }: RunHeader, now: number): ListedRun {
  const shared = { runId, crew, createdAt };
  if (active && status === 'open') {
    const since = summary === undefined ? { workedMs: now - createdAt } : {};
    return { ...shared, status: 'running', ...since, ...(summary && { spend: summary.spend }) };
  }
  if (summary === undefined) return { ...shared, status };
  const { spend, workedMs, waitsFor } = summary;
  if (status !== 'open' || waitsFor === undefined) return { ...shared, status, spend, workedMs };
  return { ...shared, status: 'waiting', spend, workedMs, waitsFor };
}
