import type { SourceRange } from '../model/diagnostic.ts';
import type { ActEffect } from '../model/effect.ts';
import { paint } from './paint.ts';
import { formatTextDiff } from './text-diff.ts';
import { wishText, wishTitle } from './wish-text.ts';

/** Where a run parts from a recorded one, see `compare-runs.ts` of the runtime, and the line of the file behind it. */
export interface Mismatch {
  readonly seq: number;
  readonly recorded?: ActEffect;
  readonly now?: ActEffect;
  readonly waits?: string;
  /** All recorded facts fit, and the run is not over. */
  readonly atEnd?: boolean;
  readonly written?: SourceRange;
}

/** A mismatch in one line. Pure. */
export function mismatchTitle({ seq, recorded, now, waits, atEnd }: Mismatch): string {
  const after = `after fact ${seq}`;
  if (recorded !== undefined && now !== undefined) {
    if (recorded.key !== now.key) {
      return `${after} the recording has ${wishTitle(recorded)}, and now comes ${wishTitle(now)}`;
    }
    if (now.type === 'timer.start')
      return `${after} ${wishTitle(now)} comes at another time than was recorded`;
    const what = now.type === 'model.call' ? 'is sent another prompt' : 'is asked for something else';
    return `${after} ${wishTitle(now)} ${what} than was recorded`;
  }
  if (recorded !== undefined) {
    const why = waits === undefined ? '' : `: the run waits, because ${waits}`;
    return `${after} the recording has ${wishTitle(recorded)}, which now does not come${why}`;
  }
  if (now === undefined) return `${after} the run goes another way than was recorded`;
  if (atEnd === true) return `the recording ends with fact ${seq}, and has no answer to ${wishTitle(now)}`;
  return `${after} comes ${wishTitle(now)}, which was not recorded`;
}

/** A mismatch for programs: the keys of both wishes, the place in the file, and what differs as text. Pure. */
export function mismatchDocument(mismatch: Mismatch) {
  const { seq, recorded, now, written } = mismatch;
  const place = written === undefined ? null : { file: written.file, ...written.start };
  return {
    seq,
    reason: mismatchTitle(mismatch),
    recorded: recorded?.key ?? null,
    now: now?.key ?? null,
    place,
    diff: wishDiff(mismatch, false),
  };
}

/** What people need besides the title: the line of the file behind a mismatch, and what differs; full lines. Pure. */
export function mismatchDetails(mismatch: Mismatch, { color }: { readonly color: boolean }): string {
  const { written } = mismatch;
  const place =
    written === undefined
      ? ''
      : paint(`  --> ${written.file}:${written.start.line}:${written.start.column}`, 'cyan', color).concat(
          '\n',
        );
  return place + wishDiff(mismatch, color).replaceAll(/^(?=.)/gm, '     ');
}

/** Two wishes for different things are not compared word by word. */
function wishDiff({ recorded, now }: Mismatch, color: boolean): string {
  if (recorded === undefined || recorded.key !== now?.key) return '';
  return formatTextDiff(wishText(recorded), wishText(now), { color });
}
