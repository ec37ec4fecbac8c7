import type { Engine, RunHeader } from '../../ports/engine.ts';
import type { ListedRun } from '../../reporters/runs-text.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { noPositionals } from '../positionals.ts';
import { type SpentSoFar, spentSoFar } from '../spent-so-far.ts';
import { loadRunsText } from '../wire-views.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';

/** `crew ps`: the runs of this workspace, newest first; of those that are over nothing is read but their headers. */
export const psCommand: Command = {
  name: 'ps',
  usage: 'ps',
  summary: 'list the runs here, what they cost and wait for',
  flags: {},
  run: list,
};

async function list({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  if (!hasJournal(values, terminal)) return show([], { values, terminal });
  const engine = await openExistingEngine(values, terminal);
  try {
    return await show(engine.list(), { values, terminal, engine });
  } finally {
    engine.close();
  }
}

interface Showing {
  readonly values: FlagValues;
  readonly terminal: Terminal;
  readonly engine?: Engine;
}

async function show(runs: readonly RunHeader[], { values, terminal, engine }: Showing): Promise<0> {
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, runs }, null, 2)}\n`);
    return 0;
  }
  if (runs.length === 0) {
    terminal.stderr('No run was started here yet; other folders are named by --cwd or --state-dir.\n');
    return 0;
  }
  const { formatRuns } = await loadRunsText();
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  const listed: ListedRun[] = [];
  for (const run of runs) {
    // Nobody has summed up a run that is at work, or whose process was killed.
    const spent =
      engine !== undefined && run.status === 'open' ? await spentSoFar(engine, run.runId) : undefined;
    listed.push(listedRun(run, spent));
  }
  terminal.stdout(formatRuns(listed, { color: terminal.stdoutColor, columns }));
  return 0;
}

function listedRun(run: RunHeader, spent: SpentSoFar | undefined): ListedRun {
  const { runId, crew, createdAt, status, active, summary } = run;
  const known = spent ?? summary;
  const shared = {
    runId,
    crew,
    createdAt,
    ...(known === undefined ? {} : { spend: known.spend, workedMs: known.workedMs }),
    ...(spent?.isBounded === true ? { isBounded: true } : {}),
    ...(known?.question === undefined ? {} : { question: known.question }),
    ...(spent?.underWay === undefined ? {} : { underWay: spent.underWay }),
  };
  if (status !== 'open') return { ...shared, status };
  if (active) return { ...shared, status: 'running' };
  const waitsFor = summary?.waitsFor;
  return waitsFor === undefined ? { ...shared, status } : { ...shared, status: 'waiting', waitsFor };
}
