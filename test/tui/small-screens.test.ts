import { describe, expect, test } from 'vitest';
import { frameLines } from '../../src/tui/frame.ts';
import { type Key, pressKey } from '../../src/tui/keys.ts';
import { lineColumns } from '../../src/tui/line.ts';
import { type AskedHere, startUi, type UiState } from '../../src/tui/ui-state.ts';
import { startView, takeEvent } from '../../src/tui/view-model.ts';
import { fc } from '../laws.ts';
import { SETUP, STORY } from './story.ts';

const VIEW = STORY.reduce(takeEvent, startView(SETUP));

function approval(tool: string, more: Partial<AskedHere> = {}): AskedHere {
  const args = { path: 'a.txt', content: 'one\ntwo\nthree\nfour\n' };
  return {
    id: 'q1',
    phase: 'inspect.tests',
    shownAt: 0,
    question: { kind: 'approval', tool, role: 'tests', args, argsHash: '3fa2bb9011' },
    ...more,
  };
}

function at(columns: number, rows: number, asked: AskedHere): UiState {
  return { ...startUi({ columns, rows, color: true, how: 'run' }), queue: [asked] };
}

function frameText(ui: UiState): string {
  const frame = frameLines(VIEW, ui, 12_000);
  expect(frame).toHaveLength(ui.rows);
  for (const line of frame) expect(lineColumns(line)).toBe(ui.columns);
  return frame.map(line => line.map(cell => cell.text).join('')).join('\n');
}

/** Without frames and breaks, so that what goes on in the next row is found. */
function words(ui: UiState): string {
  return frameText(ui).replace(/[\s│╭╮╰╯─]/g, '');
}

function press(ui: UiState, text: string): ReturnType<typeof pressKey> {
  const key: Key = { name: 'text', text, at: 10_000 };
  return pressKey(ui, key, VIEW);
}

describe('a question on a small screen', () => {
  test('is answered by a key only where the frame shows the tool and how to answer', () => {
    const tools = fc.constantFrom('files.write', 'a.b', 'a-server-of-somebody.tool_with_a_rather_long_name');
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 130 }),
        fc.integer({ min: 5, max: 40 }),
        tools,
        fc.constantFrom('y', 'A', 'n', 'r'),
        fc.boolean(),
        (columns, rows, tool, letter, zoomed) => {
          const ui = { ...at(columns, rows, approval(tool)), zoomed };
          const pressed = press(ui, letter);
          const counts = pressed.intents.length > 0 || pressed.ui.draft?.mode === 'reason';
          const shown = words(ui);
          const isShown = shown.includes(tool) && /yallow.*Aall.*nrefuse.*r(?:refuse|why)/.test(shown);
          expect(counts).toBe(isShown);
          if (!counts) expect(words({ ...ui, toast: '' })).toContain('makethewindowlargertoanswer');
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    [40, 10],
    [40, 12],
    [120, 10],
    [120, 12],
    [40, 13],
    [80, 24],
  ])('has title, some of its arguments and its answers at %i × %i', (columns, rows) => {
    const ui = at(columns, rows, approval('files.write'));
    const shown = words(ui);
    expect(shown).toContain('wantstocallfiles.write');
    expect(shown).toContain('path:a.txt');
    expect(shown).toContain('yallow');
    expect(shown).toContain('llater');
    expect(press(ui, 'y').intents).toHaveLength(1);
  });

  test('a choice that has no row is marked first, and then chosen', () => {
    const choices = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th', '9th'];
    const question = { kind: 'question', text: 'Which?', choices, freeText: false } as const;
    const ui = at(40, 10, { id: 'q1', phase: 'ask', shownAt: 0, question });
    expect(words(ui)).not.toContain('9th');
    const marked = press(ui, '9');
    expect(marked.intents).toEqual([]);
    expect(words(marked.ui)).toContain('▸99th');
    expect(pressKey(marked.ui, { name: 'enter', at: 10_000 }, VIEW).intents).toMatchObject([
      { choice: '9th' },
    ]);
    expect(press({ ...ui, rows: 30 }, '9').intents).toMatchObject([{ choice: '9th' }]);
  });

  test('what is typed is shown, or not taken', () => {
    const question = { kind: 'question', text: 'Which?', choices: [], freeText: true } as const;
    const asked: AskedHere = { id: 'q1', phase: 'ask', shownAt: 0, question };
    for (const rows of [6, 10, 24]) {
      const typed = press(at(40, rows, asked), 'ö').ui;
      expect(typed.draft?.text ?? '').toBe(rows === 6 ? '' : 'ö');
      if (rows > 6) expect(words(typed)).toContain('ö▏');
    }
  });

  test('is left by q where its line of words has no room', () => {
    const question = { kind: 'question', text: 'Which?', choices: [], freeText: true } as const;
    const ui = at(30, 8, { id: 'q1', phase: 'ask', shownAt: 0, question });
    expect(press(ui, 'q').intents).toEqual([{ type: 'leave' }]);
  });

  test('a screen that is too small says so in full', () => {
    expect(words({ ...at(20, 5, approval('a.b')), queue: [] })).toContain(
      'crewneeds40×10,thisis20×5;qleaves',
    );
  });
});
