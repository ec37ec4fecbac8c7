import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crewProgram } from './crew-process.ts';

/** A shell in a real terminal of its own, in which commands are typed. */
export interface TmuxShell {
  enter(text: string): void;
  press(key: string): void;
  screen(): string;
  /** Waits until a text is on the screen so many times, or a pattern once. What is gone in a moment is not waited for. */
  until(text: string | RegExp, times?: number): Promise<string>;
  /** Every byte that programs have written to the terminal so far. */
  written(): Buffer;
  title(): string;
  close(): void;
}

/** Opens a shell in a folder; its server and what it writes down live there too. */
export function openTmuxShell(folder: string, size = { columns: 120, rows: 50 }): TmuxShell {
  const socket = join(folder, 'tmux');
  const log = join(folder, 'tmux.written');
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  const at = ['-x', String(size.columns), '-y', String(size.rows), '-c', folder];
  tmux('new-session', '-d', ...at, 'env -i PATH="$PATH" PS1="$ " sh');
  tmux('pipe-pane', '-o', `cat > '${log}'`);
  const screen = () => tmux('capture-pane', '-p', '-J', '-S', '-2000').trimEnd();
  return {
    enter: text => {
      tmux('send-keys', '-l', text);
      tmux('send-keys', 'Enter');
    },
    press: key => {
      tmux('send-keys', key);
    },
    screen,
    async until(text, times = 1) {
      for (let looks = 0; looks < 400; looks += 1) {
        const now = screen();
        if (typeof text === 'string' ? now.split(text).length > times : text.test(now)) return now;
        await sleep(50);
      }
      throw new Error(`the terminal never showed ${text}:\n${screen()}`);
    },
    written: () => readFileSync(log),
    title: () => tmux('display-message', '-p', '#{pane_title}').trim(),
    close: () => {
      spawnSync('tmux', ['-S', socket, 'kill-server']);
    },
  };
}

/** A call of the product as it is typed into a shell, which says how it ended. */
export function crewLine(args: string): string {
  return `'${process.execPath}' '${crewProgram()}' ${args}; echo "exit code $?"`;
}
