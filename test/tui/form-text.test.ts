import { describe, expect, test } from 'vitest';
import { pressKey } from '../../src/tui/keys.ts';
import { sheetLines } from '../../src/tui/sheet.ts';
import { type AskedHere, startUi, type UiState } from '../../src/tui/ui-state.ts';
import { startView, takeEvent } from '../../src/tui/view-model.ts';
import { SETUP, STORY } from './story.ts';

const VIEW = STORY.reduce(takeEvent, startView(SETUP));
const FORM: AskedHere['question'] = {
  kind: 'form',
  server: 'box',
  text: 'Which box?',
  schema: {
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 5, description: 'How many boxes there are' },
      color: { type: 'string', enum: ['red', 'blue'] },
    },
    required: ['n'],
  },
};

function screen(question: AskedHere['question'], typed = '', columns = 100): string {
  const ui: UiState = {
    ...startUi({ columns, rows: 40, color: true, how: 'run' }),
    queue: [{ id: 'q', phase: 'p', shownAt: 0, question }],
  };
  const pressed = [...typed].reduce(
    (state, text) => pressKey(state, { name: 'text', text, at: 10_000 }, VIEW).ui,
    ui,
  );
  return sheetLines(pressed, 20)
    .map(line => line.map(({ text }) => text).join(''))
    .join('\n');
}

describe('a form in the dashboard', () => {
  test('says what each field takes, before it is filled in', () => {
    const shown = screen(FORM);
    expect(shown).toContain('n: a whole number, from 1 to 5; needed. How many boxes there are');
    expect(shown).toContain(
      'color: one of these, by its number or text (1 red, 2 blue); Enter alone leaves it',
    );
  });

  test('says it of the field that is open', () => {
    const shown = screen(FORM, 'y');
    expect(shown).toMatch(
      /▸ n\*: .*\n.*color: .*\n│ +a whole number, from 1 to 5; needed\. How many boxes there are/,
    );
  });
});

test('a foreign tool is of the server that the crew knows by its name', () => {
  const shown = screen({
    kind: 'approval',
    tool: 'disk.write_file',
    args: {},
    argsHash: 'f',
    server: '814a20d9957479b41b66c0ffee',
    reason: 'nobody vouches for the tool',
  });
  expect(shown).toContain('the tool is of disk, not ours');
  expect(shown).not.toContain('814a20d');
});

test('why it is asked stands there whole, in as many rows as it needs', () => {
  const reason = 'the tool says that it only reads, but nobody vouches for it, and no rule allows it';
  const question = {
    kind: 'approval',
    tool: 'disk.list',
    args: {},
    argsHash: 'f',
    server: 'ab',
    reason,
  } as const;
  const shown = screen(question, '', 60).replace(/ *│\n│ */g, ' ');
  expect(shown).toContain(`asked because ${reason} · the tool is of disk, not ours`);
});
