import { CrewError } from '../../model/crew-error.ts';
import type { Engine, RunHeader } from '../../ports/engine.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { resumeFlags } from '../resume-flags.ts';
import { openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** How long a process is given to stop, in milliseconds, and how often it is looked at. */
const PATIENCE_MS = 5000;
const LOOK_MS = 50;

/** `crew stop RUN`: asks the process that works on a run to stop at the next safe point. */
export const stopCommand: Command = {
  name: 'stop',
  usage: 'stop RUN',
  summary: 'stop a run of another process; it can be resumed',
  flags: { all: { type: 'boolean', help: 'also when that process works on other runs, which stop too' } },
  run: stop,
};

async function stop({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  const engine = await openExistingEngine(values, terminal);
  try {
    const holder = engine.holderOf(prefix);
    const { runId } = engine.follow(prefix);
    if (holder === undefined) return sayIdle(headerOf(engine, runId), values, terminal);
    const others = holder.runIds.filter(id => id !== runId);
    if (others.length > 0 && values.all !== true) {
      const message = `process ${holder.pid} works on other runs too, which would stop with it: ${others.slice(0, 5).join(', ')}; \`--all\` stops them all`;
      throw new CrewError('USAGE', message);
    }
    ask(holder.pid);
    await untilLeft(engine, runId, holder.pid);
    const header = headerOf(engine, runId);
    say({ runId, stopped: true, pid: holder.pid, status: header.status }, values, terminal);
    return 0;
  } finally {
    engine.close();
  }
}

/** The lock was held against the start time of the process, so the number is not that of another one. */
function ask(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // It may have ended by itself in this moment, which is as good.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new CrewError('RUN_LOCKED', `process ${pid} cannot be asked to stop: ${(error as Error).message}`);
  }
}

async function untilLeft(engine: Engine, runId: string, pid: number): Promise<void> {
  const never = new AbortController().signal;
  const patience = realWorld.monotonic() + PATIENCE_MS;
  while (engine.holderOf(runId)?.pid === pid) {
    if (realWorld.monotonic() > patience) {
      const message = `process ${pid} was asked to stop and still works on run \`${runId}\` after 5 s; \`crew stop ${runId}\` once more stops it at once`;
      throw new CrewError('RUN_LOCKED', message);
    }
    await realWorld.sleep(LOOK_MS, never);
  }
}

interface Stopped {
  readonly runId: string;
  readonly stopped: boolean;
  readonly pid?: number;
  readonly status: RunHeader['status'];
}

function sayIdle({ runId, status }: RunHeader, values: FlagValues, terminal: Terminal): 0 {
  say({ runId, stopped: false, status }, values, terminal);
  return 0;
}

function say(outcome: Stopped, values: FlagValues, terminal: Terminal): void {
  const { runId, stopped, pid, status } = outcome;
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, ...outcome }, null, 2)}\n`);
    return;
  }
  const goOn = `go on with: crew resume ${runId}${resumeFlags(values)}`;
  const open = stopped
    ? `stopped run ${runId} (process ${pid}); ${goOn}`
    : `nobody works on run ${runId}; ${goOn}`;
  const ended = `run ${runId} is over (${status}); there is nothing to stop`;
  terminal.stderr(`${status === 'open' ? open : ended}\n`);
}

function headerOf(engine: Engine, runId: string): RunHeader {
  const header = engine.list().find(run => run.runId === runId);
  if (header === undefined) throw new CrewError('RUN_NOT_FOUND', `run \`${runId}\` was taken away`);
  return header;
}
