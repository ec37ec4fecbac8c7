import type { ModelCallEffect } from '../../model/effect.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { RunRecord } from '../../model/run-record.ts';
import type { Reason } from '../why-text.ts';

/** An event, and the number of the fact that it was told at. */
export interface ReportedEvent {
  readonly seq: number;
  readonly event: RunEvent;
}

/** A procedure as an SVG element without styles of its own: our markup, its texts escaped. `place` is '' for the run's own. */
export interface Drawing {
  readonly place: string;
  readonly svg: string;
}

/** All that a page about a run is made of. */
export interface RunReport {
  readonly record: RunRecord;
  readonly events: readonly ReportedEvent[];
  /** Every model call as it was sent, in order. */
  readonly prompts: readonly ModelCallEffect[];
  /** Why the run went from phase to phase. */
  readonly reasons: readonly Reason[];
  /** The run's own procedure, then those of crews inside that were entered. */
  readonly drawings: readonly Drawing[];
  /** The process that works on the run right now. */
  readonly pid?: number;
}
