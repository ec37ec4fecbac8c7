import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { frameLines } from '../../src/tui/frame.ts';
import { startUi } from '../../src/tui/ui-state.ts';
import type { View } from '../../src/tui/view.ts';
import { startView, takeEvent } from '../../src/tui/view-model.ts';
import { SETUP, STORY } from './story.ts';

const RUNNING = STORY.slice(0, -1).reduce(takeEvent, startView(SETUP));

function frame(columns: number, rows: number, view: View = RUNNING, nowMs = 12_340): readonly string[] {
  const ui = startUi({ columns, rows, color: true, how: 'run' });
  return frameLines(view, ui, nowMs).map(line => line.map(cell => cell.text).join(''));
}

describe.each([
  [80, 24],
  [60, 15],
])('at %i × %i', (columns, rows) => {
  const shown = frame(columns, rows);

  test('the head has calls and spend', () => {
    expect(shown[0]).toContain('3 calls');
    expect(shown[0]).toContain('$0.0124');
    expect(shown[0]).toContain('code-review');
  });

  test('the foot has pause and stop, help and the way out', () => {
    for (const hint of ['Space pause', 's stop', '? help', 'q leave']) expect(shown.at(-1)).toContain(hint);
  });

  test('every pane has a name', () => {
    const tabs = shown.find(line => line.startsWith('╭─')) ?? '';
    for (const name of ['1 Proc', '2 Talk', '3 Team', '4 Budg', '5 Arti', '6 Less', '7 Log'])
      expect(tabs).toContain(name);
  });

  test('ends stand beside each other', () => {
    if (columns > 60) expect(shown.join('\n')).toContain('fix › ◎ approved | ◎ refused');
  });
});

describe('what is spent', () => {
  const isFirst = (event: RunEvent): boolean => event.type === 'model.started';
  const first = STORY.slice(0, STORY.findIndex(isFirst) + 1).reduce(takeEvent, startView(SETUP));

  test('is not nothing while the first call is under way', () => {
    const text = frame(120, 40, first).join('\n');
    expect(text).toContain('1 call · … tokens · … of $2.00');
    expect(text).not.toMatch(/\$0 |\b0 tokens|money +\S* ?\$0/);
  });

  test('is nothing where no language model is asked', () => {
    const roles = SETUP.roles.map(({ name }) => ({ name, model: 'script:replies.yaml' }));
    const events = STORY.slice(0, STORY.findIndex(isFirst) + 1).map(
      (event): RunEvent =>
        event.type === 'run.started'
          ? { ...event, models: { default: { use: 'script:replies.yaml', reason: 'flag' } } }
          : event,
    );
    const view = events.reduce(takeEvent, startView({ ...SETUP, roles }));
    expect(frame(120, 40, view)[0]).toContain('0 tokens · $0 of $2.00');
  });

  test('takes the time that one clock shows, in tenths below a minute', () => {
    const text = frame(120, 40, RUNNING, 12_340).join('\n');
    expect(text).toContain(' 12.3 s ·');
    expect(text).toMatch(/time .*12\.3 s of 15m 00s/);
    expect(frame(120, 40, RUNNING, 61_700)[0]).toContain('1m 02s');
  });
});
