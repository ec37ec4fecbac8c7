import type { RunEvent } from '../../model/run-event.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { openLogReporter, wantsNdjson } from '../log-reporter.ts';
import { onePositional } from '../positionals.ts';
import { openFold } from '../recorded-run.ts';
import { resumeFlags } from '../resume-flags.ts';
import { eventsOf } from '../step-events.ts';
import { openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** How often new facts of a run that is at work are looked for, in milliseconds. */
const LOOK_MS = 200;

/** `crew logs RUN`: what a run told, and with `-f` what it goes on to tell, from whatever shell it is worked on. */
export const logsCommand: Command = {
  name: 'logs',
  usage: 'logs RUN [-f]',
  summary: 'tell again what a run did; -f follows a live one',
  flags: {
    follow: { type: 'boolean', short: 'f', help: 'go on until the run ends, or nobody works on it any more' },
    numbers: {
      type: 'boolean',
      short: 'n',
      help: 'put the number of its fact before each line, as `crew fork --at` takes it',
    },
    output: { type: 'string', value: 'ndjson', help: 'print the event stream, one event per line' },
  },
  run: logs,
};

async function logs({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  wantsNdjson(values);
  const engine = await openExistingEngine(values, terminal);
  try {
    const events: RunEvent[] = [];
    const isJson = values.json === true;
    let margin = values.numbers === true ? numberText(1) : '';
    const reporter = isJson ? undefined : await openLogReporter(values, terminal, () => margin);
    const onEvent = (event: RunEvent, seq: number): void => {
      if (values.numbers === true) margin = numberText(seq);
      if (reporter === undefined) events.push(event);
      else reporter.onEvent(event);
    };
    const left = await tell(engine, { prefix, follow: values.follow === true, onEvent });
    if (isJson) terminal.stdout(`${JSON.stringify({ version: 1, runId: left.runId, events }, null, 2)}\n`);
    else sayHowItStands(left, values, terminal);
    return 0;
  } finally {
    engine.close();
  }
}

/** As wide for every fact of a run of up to 9,999. */
function numberText(seq: number): string {
  return `#${seq}`.padEnd(6);
}

/** How a run stood when nothing more of it was told. */
interface Told {
  readonly runId: string;
  readonly over: boolean;
  /** It told itself that it waits, and how to go on. */
  readonly suspended: boolean;
  readonly pid: number | undefined;
}

async function tell(
  engine: Engine,
  {
    prefix,
    follow,
    onEvent,
  }: {
    readonly prefix: string;
    readonly follow: boolean;
    readonly onEvent: (event: RunEvent, seq: number) => void;
  },
): Promise<Told> {
  const tail = engine.follow(prefix);
  const { runId } = tail;
  const fold = await openFold(tail);
  const never = new AbortController().signal;
  let over = false;
  let suspended = false;
  for (;;) {
    // Asked before reading, so that the last facts of a process that leaves meanwhile are not missed.
    const pid = over ? undefined : engine.holderOf(runId)?.pid;
    for (const fact of tail.more()) {
      const step = fold(fact);
      for (const event of eventsOf(step)) onEvent(event, step.seq);
      over = step.after.end !== undefined;
      suspended = step.after.suspension?.settled === true;
    }
    if (over || pid === undefined || !follow) return { runId, over, suspended, pid };
    await realWorld.sleep(LOOK_MS, never);
  }
}

function sayHowItStands({ runId, over, suspended, pid }: Told, values: FlagValues, terminal: Terminal): void {
  if (over || values.quiet === true) return;
  const run = `${runId}${resumeFlags(values)}`;
  if (pid !== undefined)
    terminal.stderr(`The run is at work in process ${pid}; follow it with: crew logs ${run} -f\n`);
  else if (!suspended) terminal.stderr(`Nobody works on this run; go on with: crew resume ${run}\n`);
}
