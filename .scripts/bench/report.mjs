// The form in which figures are printed.
import { loadavg } from 'node:os';

/** How often each measurement is made, always next to what it is compared with. */
export const PAIRS = 5;
export const ROOT = new URL('../..', import.meta.url).pathname;

const WIDTHS = [42, 11, 11, 9, 9];

/** The middle of some numbers. */
export function middle(values) {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}

export function titles(heading, columns) {
  const cells = columns.map((word, index) => word.padStart(WIDTHS[index + 1]));
  process.stdout.write(`\n${heading.padEnd(WIDTHS[0])} ${cells.join(' ')}${'load'.padStart(7)}\n`);
}

/** One line; numbers are ratios. The load of the machine stands beside every figure: it explains a bad day. */
export function line(name, cells, note = '') {
  const texts = cells.map((cell, index) =>
    (typeof cell === 'number' ? cell.toFixed(2) : cell).padStart(WIDTHS[index + 1]),
  );
  const load = loadavg()[0].toFixed(2).padStart(7);
  process.stdout.write(`${name.padEnd(WIDTHS[0])} ${texts.join(' ')}${load}${note && `   ${note}`}\n`);
}
