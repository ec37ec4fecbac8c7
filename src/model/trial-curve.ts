import type { RunEvent } from './run-event.ts';

type Judged = Extract<RunEvent, { type: 'trial.judged' }>;

/** How the trials of one visit of a phase went. `kept` is the trial whose artifact is the phase's; absent while it is tried again. */
export interface TrialCurve {
  readonly phase: string;
  /** By trial, from the first; null where the evaluator gave none. */
  readonly scores: readonly (number | null)[];
  readonly passed: boolean;
  readonly kept?: number;
}

/** More scores than this are shortened in their middle. */
const MOST_SHOWN = 12;
const FIRST_SHOWN = 2;

/** The curve with one more trial; the first trial begins a new one. Pure. */
export function withTrial(curve: TrialCurve | undefined, event: Judged): TrialCurve {
  const { phase, trial, score, passed, kept } = event;
  const before = curve === undefined || trial === 1 ? [] : curve.scores;
  const decided = passed ? trial : kept;
  return { phase, scores: [...before, score], passed, ...(decided === undefined ? {} : { kept: decided }) };
}

/** Whether a phase is judged for the last time by this. Pure. */
export function isLastTrial({ passed, kept }: Judged): boolean {
  return passed || kept !== undefined;
}

/** The curves of all visits, in the order of their first trials. Pure. */
export function curvesOf(events: readonly RunEvent[]): readonly TrialCurve[] {
  const curves: TrialCurve[] = [];
  const open = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'trial.judged') continue;
    const known = event.trial === 1 ? undefined : open.get(event.phase);
    const place = known ?? curves.length;
    open.set(event.phase, place);
    curves[place] = withTrial(curves[place], event);
  }
  return curves;
}

/** A curve in one line: `0.2 → 0.9 → 0.5 · kept trial 2 with 0.9, the first had 0.2`. Pure. */
export function curveText({ scores, passed, kept }: TrialCurve): string {
  const row = shortened(scores.map(scoreText)).join(' → ');
  if (kept === undefined) return row;
  const of = (trial: number): string => scoreText(scores[trial - 1] ?? null);
  const how = passed ? `passed at trial ${kept}` : `none passed, kept trial ${kept}`;
  const first = kept === 1 ? '' : `, the first had ${of(1)}`;
  return `${row} · ${how} with ${of(kept)}${first}`;
}

function shortened(texts: readonly string[]): readonly string[] {
  if (texts.length <= MOST_SHOWN) return texts;
  return [...texts.slice(0, FIRST_SHOWN), '…', ...texts.slice(FIRST_SHOWN + 1 - MOST_SHOWN)];
}

function scoreText(score: number | null): string {
  return score === null ? '?' : String(Number(score.toPrecision(4)));
}
