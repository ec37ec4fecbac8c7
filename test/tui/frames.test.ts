import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type OpenDashboard, openDashboard } from '../../src/tui/open-dashboard.tsx';
import { DELTA, NOW_MS, SETUP, STORY } from './story.ts';
import { createVirtualTerminal, type VirtualTerminal } from './virtual-terminal.ts';

let open: OpenDashboard | undefined;
afterEach(() => open?.close());

function show(terminal: VirtualTerminal, color = true): OpenDashboard {
  const last = STORY.at(-1)?.at ?? 0;
  open = openDashboard({
    setup: SETUP,
    how: 'run',
    color,
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    // The clock stands, so that the same frame is drawn every time.
    now: () => last + NOW_MS - (last - (STORY[0]?.at ?? 0)),
    act: () => undefined,
  });
  for (const event of STORY) open.store.reporter.onEvent(event);
  open.store.reporter.onDelta?.(DELTA);
  return open;
}

function ask(dashboard: OpenDashboard): void {
  const asked = STORY.at(-1);
  if (asked?.type !== 'person.asked') throw new Error('the story ends with a question');
  const { id, phase, question } = asked;
  void dashboard.store.ask({ id, phase, question }, new AbortController().signal);
}

describe('golden frames', () => {
  test.each([
    [80, 24],
    [120, 40],
    [200, 60],
  ])('a live run at %i × %i', async (columns, rows) => {
    const terminal = createVirtualTerminal(columns, rows);
    show(terminal);
    const screen = await terminal.screen('path traversal');
    expect(screen).toHaveLength(rows);
    await expect(`${screen.join('\n')}\n`).toMatchFileSnapshot(`golden/live-${columns}x${rows}.txt`);
  });

  test.each([
    [80, 24],
    [120, 40],
  ])('a question at %i × %i', async (columns, rows) => {
    const terminal = createVirtualTerminal(columns, rows);
    ask(show(terminal));
    await expect(
      `${(await terminal.screen('wants to call files.write', 'path traversal')).join('\n')}\n`,
    ).toMatchFileSnapshot(`golden/question-${columns}x${rows}.txt`);
  });

  test('without colours nothing but weight and reverse is written, and the same words', async () => {
    const terminal = createVirtualTerminal(120, 40);
    ask(show(terminal, false));
    await expect(
      `${(await terminal.screen('wants to call files.write', 'path traversal')).join('\n')}\n`,
    ).toMatchFileSnapshot('golden/question-120x40.txt');
    const styles = new Set(
      terminal
        .written()
        .split('\u001b[')
        .map(part => /^([\d;]*)m/.exec(part)?.[1]),
    );
    expect([...styles].filter(code => /^(3|4|9|10)\d/.test(code ?? ''))).toEqual([]);
  });
});

describe('the screen', () => {
  test('is the alternate one while the dashboard is open, and is given back', async () => {
    const terminal = createVirtualTerminal(80, 24);
    const dashboard = show(terminal);
    await terminal.screen();
    dashboard.close();
    expect(await dashboard.gone).toEqual({ how: 'closed' });
    const written = terminal.written();
    expect(written).toContain('\u001b[?1049h');
    expect(written.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(written.lastIndexOf('\u001b[?1049h'));
    expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
  });

  test('is never cleared while text streams in', async () => {
    const terminal = createVirtualTerminal(120, 40);
    const { store } = show(terminal);
    await terminal.screen();
    const before = terminal.written().length;
    for (let token = 0; token < 60; token += 1) {
      store.reporter.onDelta?.({ ...DELTA, text: token % 9 === 0 ? 'a line\n' : ` word${token}` });
      await sleep(10);
    }
    await terminal.screen();
    const streamed = terminal.written().slice(before);
    expect(streamed.length).toBeGreaterThan(200);
    expect(streamed).not.toContain('\u001b[2J');
    expect(streamed).not.toContain('\u001b[3J');
    expect((await terminal.screen('word59')).join('\n')).toContain('word59');
  });

  test('follows the size of the terminal, down to what it cannot show', async () => {
    const terminal = createVirtualTerminal(120, 40);
    show(terminal);
    await terminal.resize(80, 24);
    const narrow = await terminal.screen('q leave', '2 Talk 3 Team');
    expect(narrow).toHaveLength(24);
    expect(narrow[0]).toContain('code-review');
    expect(narrow[23]).toContain('q leave');
    await terminal.resize(30, 8);
    expect((await terminal.screen('crew needs 40'))[0]).toContain('crew needs 40');
    await terminal.resize(140, 44);
    expect((await terminal.screen('1 Procedure')).join('\n')).toContain('1 Procedure');
  });

  test('a key that breaks the drawing takes the dashboard away, with what broke', async () => {
    const terminal = createVirtualTerminal(80, 24);
    const { store, gone } = show(terminal);
    store.changeView(view => ({ ...view, phases: undefined as never }));
    await terminal.type('1');
    const left = await gone;
    expect(left.how).toBe('broken');
    expect(terminal.written()).toContain('\u001b[?1049l');
  });

  test('scripts that terminals measure each in their own way break no row', async () => {
    const terminal = createVirtualTerminal(100, 30);
    const { store } = show(terminal);
    const text = '\nनमस्ते क्षि ക്ഷ 🇩🇪 👩‍👩‍👧 ﾊﾞ ⚠️ ก็ end '.repeat(3);
    store.reporter.onDelta?.({ ...DELTA, text });
    const screen = await terminal.screen('क्षि', '1 Procedure');
    expect(screen).toHaveLength(30);
    expect(screen[0]).toContain('code-review');
    expect(screen[2]).toContain('╭─ 1 Procedure');
    expect(screen[29]).toContain('q leave');
  });

  test('what a model writes reaches the terminal without its control characters', async () => {
    const terminal = createVirtualTerminal(120, 40);
    const { store } = show(terminal);
    store.reporter.onDelta?.({ ...DELTA, text: '\n\u001b]52;c;ZXZpbA==\u0007\u009b2J\u001b[2Jend\u202e' });
    const screen = (await terminal.screen('end')).join('\n');
    expect(screen).toContain('\\u{1b}]52;c;ZXZpbA==');
    expect(terminal.written()).not.toContain('\u001b]52');
    expect(terminal.written()).not.toContain('\u001b[2J');
    expect(terminal.written()).not.toContain('\u009b');
  });
});
