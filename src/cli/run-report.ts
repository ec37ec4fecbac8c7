import { createHash } from 'node:crypto';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { ReportedEvent } from '../reporters/html/run-report.ts';
import { type Walk, wayKey } from './chart-svg.ts';
import type { ReadRun } from './recorded-run.ts';
import { reasonsOf, withCalls } from './run-reasons.ts';
import { eventsOf } from './step-events.ts';
import { loadChartSvg, loadCharts, loadRecordReaders, loadRunHtml } from './wire.ts';

/** A recorded run as one HTML page. `pid` is the process that works on it right now. */
export async function runReport(
  { run, steps }: ReadRun,
  { version, pid }: { readonly version: string; readonly pid: number | undefined },
): Promise<string> {
  const [readers, { formatRunHtml }, { chartOf }, { chartSvg }] = await Promise.all([
    loadRecordReaders(),
    loadRunHtml(),
    loadCharts(),
    loadChartSvg(),
  ]);
  const record = readers.readRecord(run, steps);
  const events = steps.flatMap(step => eventsOf(step).map(event => ({ seq: step.seq, event })));
  const told = steps.flatMap(({ seq, effects }) => reasonsOf(run.program, seq, effects));
  const report = {
    record,
    events,
    prompts: [...readers.readPrompts(steps).values()],
    reasons: withCalls(told, readers.questionsById(steps)),
    drawing: chartSvg(chartOf(run.program), walkOf(run.program, record, events)),
    ...(pid === undefined ? {} : { pid }),
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');
  return formatRunHtml(report, { version, sha256 });
}

/** The way through the run's own procedure; crews inside have their own. */
function walkOf(program: Program, { path, endedAt }: RunRecord, events: readonly ReportedEvent[]): Walk {
  const visits = new Map<string, { readonly count: number; readonly state: 'done' | 'failed' | 'open' }>();
  for (const { phase, outcome } of path) {
    if (!Object.hasOwn(program.phases, phase)) continue;
    const state = outcome === undefined ? 'open' : outcome === 'failed' ? 'failed' : 'done';
    visits.set(phase, { count: (visits.get(phase)?.count ?? 0) + 1, state });
  }
  if (endedAt !== undefined && program.phases[endedAt]?.kind === 'end') {
    visits.set(endedAt, { count: 1, state: 'done' });
  }
  const ways = new Map<string, number>();
  for (const { event } of events) {
    if (!isOwnWay(event)) continue;
    const key = wayKey({ from: event.limit ?? event.from, to: event.to, via: event.way });
    ways.set(key, (ways.get(key) ?? 0) + 1);
  }
  return { visits, ways };
}

function isOwnWay(event: RunEvent): event is Extract<RunEvent, { type: 'transition.taken' }> {
  return event.type === 'transition.taken' && event.crew === undefined;
}
