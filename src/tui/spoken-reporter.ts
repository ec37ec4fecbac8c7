import type { Reporter, RunEvent } from '../model/run-event.ts';
import { formatDuration } from '../reporters/amounts.ts';
import { createChargeWatch } from '../reporters/charge-watch.ts';
import { createRunClock } from '../reporters/run-clock.ts';
import { spendText } from '../reporters/spend-text.ts';
import { cellText, oneLine } from './cell-text.ts';
import { eventRow, hintFor } from './event-row.ts';

/** What a mark would say to somebody who sees it. */
const MARK_WORDS: ReadonlyMap<string, string> = new Map([
  ['✗', 'failed'],
  ['?', 'question'],
  ['!', 'warning'],
  ['‖', 'waiting'],
]);
/** Told by what comes after it. */
const UNTOLD: ReadonlySet<RunEvent['type']> = new Set(['transition.taken', 'model.started', 'tool.started']);
const MOST_WORDS = 20_000;

/**
 * Tells a run as sentences, one a line, without marks, columns and colours, and nothing twice: for screen readers and
 * braille. Foreign text is sanitised. `flags` is what commands need after the id. Deterministic: times come from the events.
 */
export function createSpokenReporter(options: {
  write(text: string): void;
  readonly flags: string;
}): Reporter {
  const clock = createRunClock();
  const charges = createChargeWatch();
  let target = 'RUN';
  const say = (text: string): void =>
    options.write(`${text.replaceAll(' · ', ', ').replaceAll(' → ', ' to ')}\n`);
  return {
    onEvent(event) {
      const elapsed = formatDuration(clock.tick(event));
      charges.take(event);
      if (event.type === 'run.started') target = event.runId + options.flags;
      if (UNTOLD.has(event.type)) return;
      const place = 'phase' in event ? `${oneLine(event.phase)}: ` : '';
      const { mark, text } = eventRow(event);
      const word = MARK_WORDS.get(mark);
      say(`After ${elapsed}, ${place}${word === undefined ? '' : `${word}: `}${text}.`);
      for (const line of wordsOf(event)) say(line);
      if (event.type === 'run.ended' || event.type === 'run.suspended') {
        say(`Spent: ${spendText(event.spend, { isBounded: charges.isBounded() })}.`);
        const code = 'failure' in event ? event.failure.code : undefined;
        if (code !== undefined) say(oneLine(hintFor(code, target)));
      }
    },
    onNotice: text => say(`Note: ${oneLine(text)}`),
  };
}

/** What a role wrote, in whole lines; an artifact is named by the phase that delivers it. */
function wordsOf(event: RunEvent): readonly string[] {
  if (event.type !== 'model.ended' || event.outcome !== 'answered') return [];
  if (/^\s*[[{]/.test(event.text)) return ['It wrote an artifact.'];
  const lines = cellText(event.text.slice(0, MOST_WORDS)).split('\n');
  return lines.filter(line => line.trim() !== '').map(line => `  ${line}`);
}
