import type { RunEvent } from '../../model/run-event.ts';
import { type Command, type CommandCall, textFlag } from '../command.ts';
import { openLogReporter } from '../log-reporter.ts';
import { onePositional } from '../positionals.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { readSpeed, waitBefore } from '../replay-pace.ts';
import { replayOnScreen } from '../replay-screen.ts';
import { resumeFlags } from '../resume-flags.ts';
import { eventsOf } from '../step-events.ts';
import { wantsDashboard } from '../wants-dashboard.ts';
import { openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew replay RUN`: plays a recorded run as it went, and calls nothing. */
export const replayCommand: Command = {
  name: 'replay',
  usage: 'replay RUN [--speed 10x]',
  summary: 'play a recorded run at the pace it had; calls nothing',
  flags: {
    speed: { type: 'string', value: 'SPEED', help: 'how much faster: 10x, 0.5x, or max for no waiting' },
    output: { type: 'string', value: 'ndjson', help: 'print the event stream, one event per line' },
  },
  run: replay,
};

async function replay({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  const speed = readSpeed(textFlag(values, 'speed'));
  const reporter = await openLogReporter(values, terminal);
  const engine = await openExistingEngine(values, terminal);
  try {
    const { run, steps } = await readRecordedRun(engine, prefix);
    const events = steps.flatMap(eventsOf);
    if (values.json === true) {
      terminal.stdout(`${JSON.stringify({ version: 1, runId: run.runId, events }, null, 2)}\n`);
      return 0;
    }
    if (
      wantsDashboard(values, terminal) &&
      (await replayOnScreen({ run, events, speed, values, terminal }))
    ) {
      terminal.stderr(`${replayedText(run.runId, events, resumeFlags(values))}\n`);
      return 0;
    }
    const never = new AbortController().signal;
    let previous: RunEvent | undefined;
    for (const event of events) {
      const wait = waitBefore(event, previous, speed);
      if (wait > 0) await realWorld.sleep(wait, never);
      reporter.onEvent(event);
      previous = event;
    }
    return 0;
  } finally {
    engine.close();
  }
}

/** What was played, how it ended, and where all of it stands. */
function replayedText(runId: string, events: readonly RunEvent[], flags: string): string {
  const last = events.at(-1);
  const how =
    last?.type === 'run.ended' ? last.outcome : last?.type === 'run.suspended' ? 'waits' : 'has not ended';
  return `run ${runId} was played again: ${how}; what it did: crew show ${runId}${flags}`;
}
