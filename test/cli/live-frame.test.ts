import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLiveFrame } from '../../src/cli/ask/live-frame.ts';

/** A frame whose terminal has the width that is told, and all that it writes. */
function openFrame(): {
  readonly size: { columns: number; rows: number };
  readonly draw: (...lines: string[]) => Promise<string>;
} & {
  readonly hide: () => string;
} {
  const size = { columns: 40, rows: 24 };
  let written = '';
  const frame = createLiveFrame({ stderr: text => (written += text), columns: 40 }, () => size);
  const taken = (): string => {
    const text = written;
    written = '';
    return text;
  };
  return {
    size,
    draw: async (...lines) => {
      frame.draw(() => lines);
      for (let looks = 0; looks < 400 && written === ''; looks += 1) await sleep(5);
      return taken();
    },
    hide: () => {
      frame.hide();
      return taken();
    },
  };
}

const UP = (rows: number): string => `\u001b[${rows}A`;

test('a picture goes over the last one, also where the terminal has broken its rows', async () => {
  const { size, draw, hide } = openFrame();
  expect(await draw('x'.repeat(39), '\u001b[1mshort\u001b[22m')).not.toContain('A');
  expect(await draw('x'.repeat(39), 'short')).toContain(UP(2));
  size.columns = 10;
  expect(await draw('世界世界世', '')).toContain(UP(5));
  size.columns = 5;
  expect(hide()).toContain(UP(3));
  expect(hide()).toBe('');
});
