import { createHash } from 'node:crypto';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RunRecord } from '../model/run-record.ts';
import { createRedactor } from '../policy/redact.ts';
import type { ReportedEvent, RunReport } from '../reporters/html/run-report.ts';
import { secretsOf } from './fact-redactor.ts';
import type { ReadRun } from './recorded-run.ts';
import { reasonsOf, withCalls } from './run-reasons.ts';
import { eventsOf } from './step-events.ts';
import { type Walk, wayKey } from './walk.ts';
import { loadRecordReaders, loadRunHtml } from './wire.ts';
import { loadChartSvg, loadCharts } from './wire-views.ts';

/**
 * A recorded run as one HTML page, scrubbed of secrets like a file of `crew export`, because pages are sent around. `pid` is
 * the process that works on it right now.
 */
export async function runReport(
  { run, steps }: ReadRun,
  {
    version,
    pid,
    env,
  }: {
    readonly version: string;
    readonly pid: number | undefined;
    readonly env: { readonly [name: string]: string | undefined };
  },
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
  const own: Inside = { place: '', program: run.program, prefixOf: () => '' };
  const drawings = [own, ...insides(run.program, own)].flatMap((inside, nth) => {
    const walk = { arrow: `arrow-${nth}`, ...walkOf(inside, record, events) };
    const isEntered = inside === own || walk.visits.size > 0;
    return isEntered ? [{ place: inside.place, svg: chartSvg(chartOf(inside.program), walk) }] : [];
  });
  const report: RunReport = {
    record,
    events,
    prompts: [...readers.readPrompts(steps).values()],
    reasons: withCalls(told, readers.questionsById(steps)),
    drawings,
    ...(pid === undefined ? {} : { pid }),
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');
  const scrub = createRedactor(secretsOf(run.program, env));
  return formatRunHtml(scrub(report as unknown as JsonObject) as unknown as RunReport, { version, sha256 });
}

/** A program of a run, and which places are in its procedure. */
interface Inside {
  readonly place: string;
  readonly program: Program;
  /** What stands before the names of its phases at this path; undefined for a path that is not in it. */
  readonly prefixOf: (path: string) => string | undefined;
}

/** The run's own program and those inside it, the outer ones first. Items of an `each` share the program of their crew. */
function insides(program: Program, around: Inside): readonly Inside[] {
  return Object.entries(program.crews ?? {}).flatMap(([path, inner]) => {
    const [phase = ''] = path.split('.');
    const isItem = program.phases[phase]?.kind === 'each';
    const name = new RegExp(isItem ? `^${literal(phase)}\\.\\d+/` : `^${literal(path)}/`);
    const inside: Inside = {
      place: `${around.place}${isItem ? phase : path}/`,
      program: inner,
      prefixOf: place => {
        const before = around.prefixOf(place);
        const own = before === undefined ? undefined : name.exec(place.slice(before.length))?.[0];
        return own === undefined ? undefined : `${before}${own}`;
      },
    };
    return [inside, ...insides(inner, inside)];
  });
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The way through one procedure. */
function walkOf(
  { place, program, prefixOf }: Inside,
  { path, endedAt }: RunRecord,
  events: readonly ReportedEvent[],
): Omit<Walk, 'arrow'> {
  const visits = new Map<string, { readonly count: number; readonly state: 'done' | 'failed' | 'open' }>();
  const visit = (name: string, state: 'done' | 'failed' | 'open'): void => {
    if (Object.hasOwn(program.phases, name))
      visits.set(name, { count: (visits.get(name)?.count ?? 0) + 1, state });
  };
  for (const { phase, outcome } of path) {
    const prefix = prefixOf(phase);
    const state = outcome === undefined ? 'open' : outcome === 'failed' ? 'failed' : 'done';
    if (prefix !== undefined) visit(phase.slice(prefix.length), state);
  }
  if (place === '' && endedAt !== undefined && program.phases[endedAt]?.kind === 'end')
    visit(endedAt, 'done');
  const ways = new Map<string, number>();
  for (const { event } of events) {
    if (event.type !== 'transition.taken') continue;
    const at = event.crew === undefined ? '' : `${event.crew}/`;
    if (prefixOf(at) !== at) continue;
    const key = wayKey({ from: event.limit ?? event.from, to: event.to, via: event.way });
    ways.set(key, (ways.get(key) ?? 0) + 1);
    if (place !== '' && program.phases[event.to]?.kind === 'end') visit(event.to, 'done');
  }
  return { visits, ways };
}
