import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import xterm from '@xterm/headless';

/** A terminal without a screen: what is written to it, what it shows, and keys that are typed. */
export interface VirtualTerminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** The rows as a person sees them, as soon as all of these words are among them. */
  readonly screen: (...words: readonly string[]) => Promise<readonly string[]>;
  /** All bytes that were written. */
  readonly written: () => string;
  readonly type: (keys: string) => Promise<void>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
}

/** Long enough for two frames of the dashboard. */
const FRAMES_MS = 250;
const MOST_LOOKS = 40;

/** Makes a terminal of that size. */
export function createVirtualTerminal(columns: number, rows: number): VirtualTerminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  let all = '';
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns,
    rows,
    writable: true,
    write(text: string, done?: () => void) {
      all += text;
      terminal.write(text);
      if (typeof done === 'function') queueMicrotask(done);
      return true;
    },
  });
  const typed: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setEncoding: () => undefined,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
    read: () => typed.shift() ?? null,
  });
  const settled = async (): Promise<void> => {
    await sleep(FRAMES_MS);
    await new Promise<void>(resolve => terminal.write('', resolve));
  };
  const shown = async (): Promise<readonly string[]> => {
    await settled();
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  };
  return {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    screen: async (...words) => {
      let rows = await shown();
      for (
        let look = 0;
        look < MOST_LOOKS && !words.every(word => rows.join('\n').includes(word));
        look += 1
      ) {
        rows = await shown();
      }
      return rows;
    },
    written: () => all,
    type: async keys => {
      typed.push(keys);
      stdin.emit('readable');
      await settled();
    },
    resize: async (toColumns, toRows) => {
      terminal.resize(toColumns, toRows);
      Object.assign(stdout, { columns: toColumns, rows: toRows });
      stdout.emit('resize');
      await settled();
    },
  };
}

/** How many columns the terminal moves on for a text. */
export async function columnsOnTerminal(text: string): Promise<number> {
  const terminal = new xterm.Terminal({ cols: 400, rows: 2, allowProposedApi: true, convertEol: true });
  await new Promise<void>(resolve => terminal.write(text, resolve));
  return terminal.buffer.active.cursorX;
}
