import type { RunEvent } from '../model/run-event.ts';

/** What a client is told of a run that is under way. `progress` only grows. */
export interface ProgressNote {
  readonly progress: number;
  readonly message: string;
}

/** At most one note in this time; the last word is never lost. */
const INTERVAL_MS = 200;
/** Clients give up on a call of which they hear nothing; most after a minute. */
const BEAT_MS = 10_000;

/** Tells of the phases of a run, not more often than a client can read. `close` ends it; what was kept back is dropped. */
export interface RunProgress {
  readonly onEvent: (event: RunEvent) => void;
  readonly close: () => void;
}

/** Makes notes of events, and says from time to time that it goes on; `send` must not throw. Uses the clock of timers. */
export function createRunProgress(
  send: (note: ProgressNote) => void,
  { beatMs = BEAT_MS }: { readonly beatMs?: number } = {},
): RunProgress {
  let progress = 0;
  let kept: string | undefined;
  let last: string | undefined;
  let pause: NodeJS.Timeout | undefined;
  const tell = (message: string): void => {
    progress += 1;
    send({ progress, message });
    pause = setTimeout(() => {
      pause = undefined;
      const next = kept;
      kept = undefined;
      if (next !== undefined) tell(next);
    }, INTERVAL_MS);
    pause.unref();
  };
  const describe = createDescriber();
  const beat = setInterval(() => {
    if (last !== undefined && pause === undefined) tell(`still at work; ${last}`);
  }, beatMs);
  beat.unref();
  return {
    onEvent: event => {
      const message = describe(event);
      if (message === undefined) return;
      last = message;
      if (pause === undefined) tell(message);
      else kept = message;
    },
    close: () => {
      clearTimeout(pause);
      clearInterval(beat);
    },
  };
}

/** Says what an event means for somebody who waits; undefined for what is not told. */
export function createDescriber(): (event: RunEvent) => string | undefined {
  let calls = 0;
  let costMicroUsd: number | null = 0;
  return event => {
    if (event.type === 'model.ended') {
      calls += 1;
      const cost = event.outcome === 'answered' ? event.costMicroUsd : 0;
      costMicroUsd = costMicroUsd === null || cost === null ? null : costMicroUsd + cost;
      return undefined;
    }
    const spent = `${calls} model ${calls === 1 ? 'call' : 'calls'}${costText(costMicroUsd)}`;
    if (event.type === 'run.started') return `run ${event.runId} of ${event.crew} began`;
    if (event.type === 'phase.started') return `${event.phase} began; ${spent}`;
    if (event.type === 'phase.ended') return `${event.phase} ${event.outcome}; ${spent}`;
    if (event.type === 'person.asked') return `${event.phase} asks a person; ${spent}`;
    return undefined;
  };
}

function costText(costMicroUsd: number | null): string {
  if (costMicroUsd === null) return ', cost unknown';
  return costMicroUsd === 0 ? '' : `, ${(costMicroUsd / 1e6).toFixed(4)} USD`;
}
