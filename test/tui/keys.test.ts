import { describe, expect, test } from 'vitest';
import { footLine } from '../../src/tui/head-lines.ts';
import type { Intent, Key } from '../../src/tui/keys.ts';
import { pressKey } from '../../src/tui/keys.ts';
import { type AskedHere, startUi, type UiState } from '../../src/tui/ui-state.ts';
import { startView, takeEvent } from '../../src/tui/view-model.ts';
import { SETUP, STORY } from './story.ts';

const VIEW = STORY.reduce(takeEvent, startView(SETUP));
const UI = startUi({ columns: 120, rows: 40, color: true, how: 'run' });
const LATER = 10_000;

const APPROVAL: AskedHere = {
  id: 'q1',
  phase: 'inspect.tests',
  shownAt: 0,
  question: { kind: 'approval', tool: 'files.write', args: { path: 'a' }, argsHash: '3fa2' },
};

function keys(text: string, at = LATER): readonly Key[] {
  const named: { readonly [word: string]: Key['name'] } = {
    '<enter>': 'enter',
    '<esc>': 'escape',
    '<up>': 'up',
    '<down>': 'down',
    '<tab>': 'tab',
    '<back>': 'backspace',
    '<left>': 'left',
    '<right>': 'right',
    '<home>': 'home',
  };
  return (text.match(/<\w+>|./gs) ?? []).map(each => {
    const name = named[each];
    return name === undefined ? { name: 'text', text: each, at } : { name, at };
  });
}

function press(
  ui: UiState,
  typed: readonly Key[],
): { readonly ui: UiState; readonly intents: readonly Intent[] } {
  const intents: Intent[] = [];
  let state = ui;
  for (const key of typed) {
    const pressed = pressKey(state, key, VIEW);
    state = pressed.ui;
    intents.push(...pressed.intents);
  }
  return { ui: state, intents };
}

function asked(question: AskedHere['question'], more: Partial<AskedHere> = {}): UiState {
  return { ...UI, queue: [{ id: 'q', phase: 'p', shownAt: 0, question, ...more }] };
}

describe('a call that wants leave', () => {
  const ui = { ...UI, queue: [APPROVAL] };

  test.each([
    ['y', { choice: 'allow', text: null }],
    ['A', { choice: 'allow', text: null, alike: true }],
    ['n', { choice: 'deny', text: null }],
    ['rtoo long<enter>', { choice: 'deny', text: 'too long' }],
  ])('%s', (typed, answer) => {
    expect(press(ui, keys(typed)).intents).toEqual([{ type: 'answer', id: 'q1', ...answer }]);
  });

  test('is not answered by keys of the first 300 ms', () => {
    expect(press(ui, keys('y', 299)).intents).toEqual([]);
    expect(press(ui, keys('y', 300)).intents).toHaveLength(1);
  });

  test('is not answered by what was pasted', () => {
    expect(press(ui, [{ name: 'text', text: 'y', pasted: true, at: LATER }]).intents).toEqual([]);
  });

  test('that came up behind another one is not answered by a key that was pressed twice', () => {
    const two = { ...UI, queue: [APPROVAL, { ...APPROVAL, id: 'q2' }] };
    const pressed = press(two, keys('yy'));
    expect(pressed.intents).toEqual([{ type: 'answer', id: 'q1', choice: 'allow', text: null }]);
    expect(press(pressed.ui, keys('n', LATER + 300)).intents).toEqual([
      { type: 'answer', id: 'q2', choice: 'deny', text: null },
    ]);
  });

  test('comes back after a pager closed, and again does not hear at once', () => {
    const paged = press(ui, keys('v'));
    expect(paged.ui.pager?.text).toContain('sha256 of the arguments: 3fa2');
    const back = press(paged.ui, keys('<esc>y'));
    expect(back.intents).toEqual([]);
    expect(press(back.ui, keys('y', LATER + 400)).intents).toHaveLength(1);
  });

  test('has `a` neither for all nor for later', () => {
    const pressed = press(ui, keys('a'));
    expect(pressed.intents).toEqual([]);
    expect(pressed.ui.aside).toBe(false);
    expect(pressed.ui.draft?.problem).toContain('A allows all like it');
  });

  test('can be put aside, and then keys are for the panes', () => {
    const aside = press(ui, keys('l'));
    expect(aside.ui.aside).toBe(true);
    expect(press(aside.ui, keys('y')).intents).toEqual([]);
    expect(press(aside.ui, keys('3')).ui.focus).toBe('team');
    const back = press(aside.ui, keys('l'));
    expect(press(back.ui, keys('y', LATER + 400)).intents).toHaveLength(1);
  });

  test('that may destroy something wants its code, typed, and is never allowed for all', () => {
    const guarded = { ...UI, queue: [{ ...APPROVAL, code: '7c1e' }] };
    expect(press(guarded, keys('A')).intents).toEqual([]);
    expect(press(guarded, keys('y<enter>')).intents).toEqual([]);
    expect(press(guarded, keys('yabcd<enter>')).intents).toEqual([]);
    expect(press(guarded, keys('y7c1e<enter>')).intents).toEqual([
      { type: 'answer', id: 'q1', choice: 'allow', text: null },
    ]);
    expect(press(guarded, keys('n')).intents).toHaveLength(1);
  });
});

describe('a question', () => {
  const choose = asked({ kind: 'question', text: 'Release?', choices: ['yes', 'no'], freeText: true });

  test.each([
    ['2', { choice: 'no', text: null }],
    ['<down><enter>', { choice: 'no', text: null }],
    ['<up><up><enter>', { choice: 'yes', text: null }],
    ['wnot yet<back>!<enter>', { choice: null, text: 'not ye!' }],
  ])('%s', (typed, answer) => {
    expect(press(choose, keys(typed)).intents).toEqual([{ type: 'answer', id: 'q', ...answer }]);
  });

  test('with fewer choices takes no other number', () => {
    expect(press(choose, keys('7')).intents).toEqual([]);
    expect(press(choose, keys('7')).ui.focus).toBe('talk');
  });

  test('in the middle of words, a letter is a letter', () => {
    const pressed = press(choose, keys('wq?/s s'));
    expect(pressed.intents).toEqual([]);
    expect(pressed.ui.draft?.text).toBe('q?/s s');
  });

  test('that only wants words is open for them at once, and no letter is a command', () => {
    const ui = asked({ kind: 'question', text: 'Say it', choices: [], freeText: true });
    const pressed = press(ui, keys('quit<left><left><left>al<right><home>s<enter>'));
    expect(pressed.intents).toEqual([{ type: 'answer', id: 'q', choice: null, text: 'sqaluit' }]);
    expect(footLine(VIEW, ui, false).map(cell => cell.text)).toEqual(
      expect.arrayContaining(['Enter', ' send  ', 'Esc', ' other keys  ']),
    );
    expect(press(ui, keys('<esc>q')).intents).toEqual([{ type: 'leave' }]);
    expect(press(ui, [{ name: 'text', text: 'pasted', pasted: true, at: LATER }]).ui.draft?.text).toBe(
      'pasted',
    );
  });

  test('about a call in doubt takes a result only as JSON', () => {
    const doubt = asked({ kind: 'uncertain', tool: 't', args: {}, argsHash: 'ab' });
    expect(press(doubt, keys('j{no<enter>')).intents).toEqual([]);
    expect(press(doubt, keys('j{"a":1}<enter>')).intents).toEqual([
      { type: 'answer', id: 'q', choice: 'done', text: '{"a":1}' },
    ]);
    expect(press(doubt, keys('n')).intents).toEqual([
      { type: 'answer', id: 'q', choice: 'not done', text: null },
    ]);
  });
});

describe('a form of a tool', () => {
  const form = asked({
    kind: 'form',
    server: 'files',
    text: 'Where to?',
    schema: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        count: { type: 'integer' },
        color: { type: 'string', enum: ['red', 'blue'] },
        sure: { type: 'boolean' },
      },
      required: ['name'],
    },
  });

  test('is filled in field by field and sent as one object', () => {
    expect(press(form, keys('yada<enter>3<enter>2<enter>yes<enter>')).intents).toEqual([
      {
        type: 'tool-answer',
        id: 'q',
        action: 'accept',
        content: { name: 'ada', count: 3, color: 'blue', sure: true },
      },
    ]);
  });

  test('is not sent with a field that does not fit', () => {
    const pressed = press(form, keys('yada<enter>three<enter>'));
    expect(pressed.intents).toEqual([]);
    expect(pressed.ui.draft?.problem).toContain('expected a whole number');
  });

  test('can be declined and cancelled', () => {
    expect(press(form, keys('n')).intents).toEqual([{ type: 'tool-answer', id: 'q', action: 'decline' }]);
    expect(press(form, keys('x')).intents).toEqual([{ type: 'tool-answer', id: 'q', action: 'cancel' }]);
  });
});

describe('looking around', () => {
  test('a search marks the newest item that has it, and n the one before', () => {
    const found = press(UI, keys('/join<enter>'));
    const item = found.ui.item ?? -1;
    expect(found.ui.focus).toBe('talk');
    expect(press(found.ui, keys('n')).ui.toast).toContain('is not further up');
    expect(item).toBeGreaterThan(0);
  });

  test('Enter on a role shows only what is of it; Escape shows all', () => {
    const only = press({ ...UI, focus: 'team' }, keys('<down><enter>'));
    expect(only.ui.filter).toEqual({ role: 'security' });
    expect(press(only.ui, keys('<esc>')).ui.filter).toEqual({});
  });

  test('p asks for the prompt of the call that is marked, else of the one under way', () => {
    expect(press(UI, keys('p')).intents).toEqual([{ type: 'prompt', key: 'm3' }]);
    const found = press(UI, keys('/join<enter>'));
    expect(press(found.ui, keys('p')).intents).toEqual([{ type: 'prompt', key: 'm1' }]);
  });

  test('w tells why, with conditions', () => {
    const why = press(UI, keys('w'));
    expect(why.ui.pager?.text).toContain('**collect → inspect**');
    expect(press(why.ui, keys('q')).ui.pager).toBeUndefined();
  });

  test('moving up marks, moving down beyond the end follows again', () => {
    const up = press(UI, keys('<up><up>'));
    expect(up.ui.item).toBe(VIEW.talk.next - 2);
    const down = press(up.ui, keys('<down><down><down>'));
    expect(down.ui.item).toBeUndefined();
    expect(down.ui.anchor).toBeUndefined();
  });
});

describe('the run', () => {
  test('stops at the second s only', () => {
    expect(press(UI, keys('s')).intents).toEqual([]);
    expect(press(UI, keys('ss')).intents).toEqual([{ type: 'stop' }]);
  });

  test('pauses, and a role hears a message', () => {
    expect(press(UI, keys(' ')).intents).toEqual([{ type: 'pause' }]);
    expect(press({ ...UI, marked: { team: 'tests' } }, keys('mbe short<enter>')).intents).toEqual([
      { type: 'steer', role: 'tests', text: 'be short' },
    ]);
  });

  test('that is over closes unless any key is pressed', () => {
    const ui = { ...UI, closesInS: 7 };
    const foot = (state: UiState): string =>
      footLine(VIEW, state, true)
        .map(cell => cell.text)
        .join('');
    expect(foot(ui)).toContain('closes in 7 s, any key keeps it');
    expect(foot({ ...ui, columns: 40 })).toContain('closes in 7 s, any key keeps it');
    const kept = press(ui, keys('<down>')).ui;
    expect(kept.closesInS).toBeUndefined();
    expect(foot(kept)).toContain('q leave and print the result');
  });

  test('that is played is moved, and nothing else', () => {
    const replay = startUi({ columns: 80, rows: 24, color: true, how: 'replay' });
    expect(press(replay, keys(' ')).intents).toEqual([{ type: 'replay', to: 'toggle' }]);
    expect(press(replay, keys(']+')).intents.map(each => each.type === 'replay' && each.to)).toEqual([
      'next-phase',
      'faster',
    ]);
    expect(press(replay, keys('ssm')).intents).toEqual([]);
  });
});
