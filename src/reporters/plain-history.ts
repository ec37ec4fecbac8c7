import type { RunEvent } from '../model/run-event.ts';
import type { PlainOptions } from './plain-writer.ts';

/** What a run that goes on has told before: its header is told again, the rest is counted. */
interface PlainHistory {
  /** Writes, or drops what is history. */
  readonly write: (text: string) => void;
  readonly take: (event: RunEvent) => void;
  /** The history is over; how many of its events were not told. 0 when it was over already. */
  readonly end: () => number;
}

/** Holds back what was told before, for a run that goes on; `verbose` holds back nothing. */
export function createHistory({ goesOn, verbosity, write }: PlainOptions): PlainHistory {
  let expected = goesOn === true && verbosity !== 'verbose';
  let muted = false;
  let untold = 0;
  return {
    write: text => {
      if (!muted) write(text);
    },
    take: ({ type }) => {
      if (muted) untold += 1;
      else if (expected && type === 'run.started') muted = true;
    },
    end: () => {
      const count = untold;
      expected = false;
      muted = false;
      untold = 0;
      return count;
    },
  };
}
