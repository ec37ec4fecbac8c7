const MAX_LINE_LENGTH = 500;
const BURST = 20;
const PER_SECOND = 2;

/**
 * Lets a server say so many lines: 20 at once, then two a second; a line says how many were left out. Lines are cut after
 * 500 characters and have no line feeds. Control characters are left to whoever shows them.
 */
export function limitNotices(say: (text: string) => void): (text: string) => void {
  let left = BURST;
  let filledAt = performance.now();
  let dropped = 0;
  return text => {
    const now = performance.now();
    left = Math.min(BURST, left + ((now - filledAt) / 1000) * PER_SECOND);
    filledAt = now;
    if (left < 1) {
      dropped += 1;
      return;
    }
    left -= 1;
    if (dropped > 0) say(`(${dropped} lines of it are left out)`);
    dropped = 0;
    say(oneLine(text, MAX_LINE_LENGTH));
  };
}

/** Foreign text as one line of at most so many characters. Pure. */
export function oneLine(text: string, maxLength: number): string {
  const line = text
    .slice(0, 4 * maxLength)
    .replace(/\s+/g, ' ')
    .trim()
    .toWellFormed();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
