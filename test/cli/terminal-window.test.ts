import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { crewProgram, reviewCrew } from '../e2e/crew-process.ts';
import { makePlantedRepository } from '../e2e/planted-repository.ts';
import { hasTmux } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';

const COLUMNS = 80;

test('in a terminal of 80 columns no row of progress is broken', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  const repository = makePlantedRepository();
  const folder = makeFolder();
  const socket = join(folder, 'tmux');
  const tmux = (...args: readonly string[]) =>
    execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' });
  try {
    const line = `'${process.execPath}' '${crewProgram()}' run '${reviewCrew()}' --plain -o /dev/null; echo "exit code $?"; sleep 60`;
    const size = ['-x', String(COLUMNS), '-y', '24'];
    tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', repository.path, line);
    let screen = '';
    while (!/exit code \d+/.test(screen)) {
      await sleep(50);
      // -J joins what the terminal had to wrap, so a broken row would be longer than the window.
      screen = tmux('capture-pane', '-p', '-J', '-S', '-500');
    }
    const rows = screen.split('\n').map(row => row.trimEnd());
    expect(screen).toContain('exit code 0');
    const events = rows.filter(row => /^ +\d+\.\ds {2}\w/.test(row));
    expect(events.length).toBeGreaterThan(20);
    for (const row of events) {
      expect(row).toMatch(/^ +\d+\.\ds {2}[a-z.]+ +│ \S/);
      expect(row.length).toBeLessThanOrEqual(COLUMNS);
    }
    expect(rows.some(row => row.startsWith('spent') && row.includes('✓ success'))).toBe(true);
  } finally {
    spawnSync('tmux', ['-S', socket, 'kill-server']);
    repository.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});
