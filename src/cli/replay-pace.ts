import { CrewError } from '../model/crew-error.ts';
import type { RunEvent } from '../model/run-event.ts';

/** The longest wait for a person, or between a stop and a resume, that is played, in milliseconds. */
const LONGEST_PAUSE_MS = 2000;

/** How many times faster than recorded `--speed` is: `2`, `10x`, `0.5x`, and `max` for no waiting at all. Fails with USAGE. Pure. */
export function readSpeed(text: string | undefined): number {
  if (text === undefined) return 1;
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?x?$/.test(text) ? Number(text.replace(/x$/, '')) : 0;
  if (speed > 0) return speed;
  throw new CrewError('USAGE', `\`--speed ${text}\` cannot be read; write \`10x\`, \`0.5x\` or \`max\``);
}

/**
 * How long to wait before an event, in milliseconds: as long as it took when it was recorded, divided by the speed. Time
 * that nobody worked in, before a resume or an answer of a person, is cut to two seconds. Pure.
 */
export function waitBefore(event: RunEvent, previous: RunEvent | undefined, speed: number): number {
  if (previous === undefined || speed === Number.POSITIVE_INFINITY) return 0;
  const passed = Math.max(0, event.at - previous.at);
  const isPause = event.type === 'run.resumed' || event.type === 'person.answered';
  return (isPause ? Math.min(passed, LONGEST_PAUSE_MS) : passed) / speed;
}
