import type { ReportedEvent, RunReport } from './run-report.ts';

/** Where things stand on the page, by key or path; the anchors are numbers, because keys are foreign. */
export interface Anchors {
  /** Of calls of models and tools in the conversation, by key: `c12`. */
  readonly calls: ReadonlyMap<string, string>;
  /** Of the prompts of model calls, by key: `p3`. */
  readonly prompts: ReadonlyMap<string, string>;
  /** Of artifacts, by the path of their phase: `a2`. */
  readonly artifacts: ReadonlyMap<string, string>;
  /** Of the visits of phases, by `visitKeyOf`: `v4`. */
  readonly visits: ReadonlyMap<string, string>;
}

/** Numbers all that can be linked to. Pure. */
export function anchorsOf({ events, prompts, record }: RunReport): Anchors {
  const started = events.flatMap(({ event }) =>
    event.type === 'model.started' || event.type === 'tool.started' ? [event.key] : [],
  );
  return {
    calls: numbered('c', started),
    prompts: numbered(
      'p',
      prompts.map(({ key }) => key),
    ),
    artifacts: numbered('a', Object.keys(record.artifacts)),
    visits: numbered('v', events.flatMap(visitKey)),
  };
}

/** What a visit is known by: the number of its fact, which may begin several, its number and its path. Pure. */
export function visitKeyOf({
  seq,
  phase,
  visit,
}: {
  readonly seq: number;
  readonly phase: string;
  readonly visit: number;
}): string {
  return `${seq} ${visit} ${phase}`;
}

function visitKey({ seq, event }: ReportedEvent): readonly string[] {
  return event.type === 'phase.started' ? [visitKeyOf({ seq, phase: event.phase, visit: event.visit })] : [];
}

function numbered(letter: string, keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...new Set(keys)].map((key, index) => [key, `${letter}${index + 1}`]));
}
