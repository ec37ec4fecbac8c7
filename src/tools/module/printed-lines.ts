import type { Writable } from 'node:stream';

const LONGEST_LINE = 500;
const MOST_LINES = 200;

/**
 * Takes what is written to streams and hands it on line by line instead: lines are cut after 500 characters, and after
 * 200 of them it is said once that the rest is not shown. `finish` hands on what has no end of line yet.
 */
export function takePrintedLines(
  streams: readonly Writable[],
  say: (line: string) => void,
): { readonly finish: () => void } {
  const rests = new Map<Writable, string>();
  let lines = 0;
  const pass = (line: string): void => {
    if (line.trim() === '' || lines > MOST_LINES) return;
    lines += 1;
    if (lines > MOST_LINES) say(`… what it prints after ${MOST_LINES} lines is not shown`);
    else say(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
  };
  const take = (stream: Writable, chunk: unknown): void => {
    const text = chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : String(chunk);
    const parts = `${rests.get(stream) ?? ''}${text}`.split(/\r\n|[\r\n]/);
    // A line that never ends must not be kept whole.
    rests.set(stream, (parts.pop() ?? '').slice(0, LONGEST_LINE + 1));
    for (const line of parts) pass(line);
  };
  for (const stream of streams) {
    stream.write = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
      take(stream, chunk);
      const done = rest.find(one => typeof one === 'function');
      if (typeof done === 'function') queueMicrotask(() => done(null));
      return true;
    };
  }
  const finish = (): void => {
    for (const [stream, rest] of rests) {
      rests.set(stream, '');
      pass(rest);
    }
  };
  return { finish };
}
