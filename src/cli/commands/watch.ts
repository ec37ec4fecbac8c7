import type { Command, CommandCall } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { resumeFlags } from '../resume-flags.ts';
import { wantsDashboard } from '../wants-dashboard.ts';
import { watchOnScreen } from '../watch-screen.ts';
import { openExistingEngine } from '../workspace.ts';
import { logsCommand } from './logs.ts';

/** `crew watch RUN`: the dashboard of a run, whatever process works on it; without a terminal its log as it grows. */
export const watchCommand: Command = {
  name: 'watch',
  usage: 'watch RUN',
  summary: 'look at a run from any terminal, answer and steer it',
  flags: {
    output: { type: 'string', value: 'ndjson', help: 'print the event stream, one event per line' },
  },
  run: watch,
};

async function watch(call: CommandCall): Promise<number> {
  const { positionals, values, terminal } = call;
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  if (!wantsDashboard(values, terminal)) return tellAsItGrows(call);
  const engine = await openExistingEngine(values, terminal);
  try {
    const tail = engine.follow(prefix);
    const watched = await watchOnScreen({ engine, tail, values, terminal });
    if (watched === undefined) return await tellAsItGrows(call);
    const run = `${tail.runId}${resumeFlags(values)}`;
    if (watched.ended !== undefined)
      terminal.stderr(`The run ended: ${watched.ended}; what it did: crew show ${run}\n`);
    else if (watched.pid !== undefined)
      terminal.stderr(`The run goes on in process ${watched.pid}; come back with: crew watch ${run}\n`);
    else terminal.stderr(`Nobody works on this run; go on with: crew resume ${run}\n`);
    return 0;
  } finally {
    engine.close();
  }
}

function tellAsItGrows(call: CommandCall): Promise<number> {
  return logsCommand.run({ ...call, values: { ...call.values, follow: true } });
}
