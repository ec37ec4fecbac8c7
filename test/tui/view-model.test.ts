import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { frameLines } from '../../src/tui/frame.ts';
import { lineColumns, paintLine } from '../../src/tui/line.ts';
import { createPlayer } from '../../src/tui/player.ts';
import { stateOf } from '../../src/tui/procedure-rows.ts';
import { talkRows } from '../../src/tui/talk-rows.ts';
import { startUi } from '../../src/tui/ui-state.ts';
import { MOST } from '../../src/tui/view.ts';
import { startView, takeDelta, takeEvent, takeState } from '../../src/tui/view-model.ts';
import { whyText } from '../../src/tui/why-lines.ts';
import { fc } from '../laws.ts';
import { SAMPLE_EVENTS } from '../reporters/sample-events.ts';
import { SETUP, STORY } from './story.ts';

const SAMPLES: readonly RunEvent[] = Object.values(SAMPLE_EVENTS).flat();
const START = startView(SETUP);
const UI = startUi({ columns: 80, rows: 24, color: true, how: 'run' });

describe('laws', () => {
  test('every event, in every order, gives a view, one row of the log more, and a frame of exactly that size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...SAMPLES, ...STORY), { maxLength: 60 }),
        fc.integer({ min: 40, max: 210 }),
        fc.integer({ min: 10, max: 64 }),
        (events, columns, rows) => {
          const view = events.reduce(takeEvent, START);
          expect(view.log.next).toBe(events.length);
          const ui = startUi({ columns, rows, color: true, how: 'run' });
          const frame = frameLines(view, ui, view.workedMs + 500);
          expect(frame).toHaveLength(rows);
          for (const line of frame) expect(lineColumns(line)).toBe(columns);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('no foreign text writes a control character on the screen', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(hostile, hostile, (name, text) => {
        const events: RunEvent[] = [
          { type: 'phase.started', at: 1, phase: name, kind: 'role', visit: 1, role: text },
          {
            type: 'tool.started',
            at: 2,
            key: 'k',
            phase: name,
            role: text,
            tool: text,
            args: { [name]: text },
          },
          { type: 'message.sent', at: 3, phase: name, from: text, to: [name], turn: 1, text },
          { type: 'lesson.learned', at: 4, phase: name, trial: 1, lesson: text },
        ];
        const told = events.reduce(takeEvent, START);
        const view = takeDelta(told, { key: 'd', phase: name, role: text, text });
        for (const focus of ['talk', 'log', 'team', 'procedure', 'lessons'] as const) {
          const ui = { ...startUi({ columns: 80, rows: 24, color: false, how: 'run' }), focus };
          const shown = frameLines(view, ui, 0)
            .map(line => paintLine(line, false))
            .join('');
          const bare = shown
            .split('\u001b[')
            .map(part => part.replace(/^[\d;]*m/, ''))
            .join('');
          const controls = [...bare].filter(each => /\p{Cc}/u.test(each));
          expect(controls).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a played run looks at every place as the run did', () => {
    const player = createPlayer(START, STORY);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: STORY.length }), { maxLength: 12 }), places => {
        for (const at of places)
          expect(player.viewAt(at)).toEqual(STORY.slice(0, at).reduce(takeEvent, START));
      }),
    );
  });
});

describe('what is kept', () => {
  test('is bounded, and what was dropped is counted', () => {
    let view = START;
    const events = 3 * MOST.logRows;
    for (let each = 0; each < events; each += 1) {
      const text = `message ${each}`;
      view = takeEvent(view, {
        type: 'message.sent',
        at: each,
        phase: 'p',
        from: 'a',
        to: [],
        turn: each,
        text,
      });
    }
    expect(view.log.next).toBe(events);
    expect(view.log.next - view.log.first).toBeLessThanOrEqual(MOST.logRows);
    expect(view.talk.next - view.talk.first).toBeLessThanOrEqual(MOST.talkItems);
    const ui = { ...startUi({ columns: 100, rows: 30, color: false, how: 'run' }), item: view.talk.first };
    const top = frameLines(view, { ...ui, anchor: { item: view.talk.first, edge: 'top' } }, 0);
    expect(top.map(line => paintLine(line, false)).join('\n')).toContain(`message ${view.talk.first}`);
  });

  test('counts the units of a long conversation right while it drops', () => {
    let view = START;
    for (let each = 0; each < 400; each += 1) {
      const text = 'x'.repeat(50_000);
      view = takeEvent(view, {
        type: 'message.sent',
        at: each,
        phase: 'p',
        from: 'a',
        to: [],
        turn: each,
        text,
      });
    }
    let units = 0;
    for (const chunk of [...view.talk.full, view.talk.open])
      for (const item of chunk) units += item.text.length;
    expect(view.talkUnits).toBe(units);
    expect(units).toBeLessThanOrEqual(MOST.talkUnits + 64 * 50_000);
  });
});

describe('what a person reads off it', () => {
  const view = STORY.reduce(takeEvent, START);

  test('who waits for what, and what it has cost', () => {
    expect(view.questions.map(({ phase }) => phase)).toEqual(['inspect.tests']);
    expect(view.roles.get('tests')?.state).toBe('waiting');
    expect(view.roles.get('security')).toMatchObject({ tokens: 3610, costMicroUsd: 12_400, calls: 1 });
    expect(view.spend).toMatchObject({ calls: 3, toolCalls: 3, costMicroUsd: 12_400 });
    expect(view.phases.get('inspect')).toMatchObject({ state: 'live', parts: { begun: 3, done: 1 } });
  });

  test('time that only people took is not counted against the run', () => {
    const closed = takeEvent(view, {
      type: 'run.suspended',
      at: 1_750_000_060_000,
      failure: { code: 'PERSON_NEEDED', message: '' },
      spend: view.spend,
    });
    expect(closed.awaitedMs).toBe(0);
    const only = { ...view, openCalls: new Map() };
    const later = takeEvent(only, {
      type: 'run.suspended',
      at: 1_750_000_060_000,
      failure: { code: 'PERSON_NEEDED', message: '' },
      spend: view.spend,
    });
    expect(later.awaitedMs).toBe(60_000 - 9010);
  });

  test('a message that its model was seen to write stands there once, with its listeners', () => {
    const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0 };
    const said = [
      {
        type: 'model.ended',
        at: 1,
        key: 'k',
        phase: 'p',
        role: 'a',
        outcome: 'answered',
        text: 'Hello.',
        toolCalls: 0,
        usage,
        costMicroUsd: 1,
        ms: 1,
      },
      { type: 'message.sent', at: 2, phase: 'p', from: 'a', to: ['b'], turn: 1, text: 'Hello.' },
    ] as const satisfies readonly RunEvent[];
    const told = said.reduce(takeEvent, START);
    expect(told.talk.next).toBe(1);
    expect(told.talk.open[0]).toMatchObject({ who: 'a', to: 'b', text: 'Hello.' });
  });
});

describe('a run that nobody works on any more', () => {
  test('shows no role and no phase at work', () => {
    const view = STORY.reduce(takeEvent, START);
    expect([...view.roles.values()].some(role => role.state !== 'idle')).toBe(true);
    const idle = takeState(view, 'idle');
    expect([...idle.roles.values()].map(role => role.state)).toEqual(
      [...idle.roles.values()].map(() => 'idle'),
    );
    expect([idle.openCalls.size, idle.streams.size]).toEqual([0, 0]);
    expect(stateOf(view, 'inspect')).toBe('asked');
    expect(stateOf({ ...idle, questions: [] }, 'inspect')).toBe('held');
  });
});

test('a call under way is seen before anything of its answer is', () => {
  const started = {
    type: 'phase.started',
    at: 1,
    phase: 'write',
    kind: 'role',
    visit: 1,
    role: 'author',
  } as const;
  const asked = {
    type: 'model.started',
    at: 2,
    key: 'k',
    phase: 'write',
    role: 'author',
    model: 'default',
    turn: 1,
  } as const;
  const view = [started, asked].reduce(takeEvent, START);
  const rows = talkRows(view, UI, { columns: 60, rows: 10 });
  const shown = rows.map(row => row.line.map(cell => cell.text).join(''));
  expect(shown).toContainEqual(expect.stringContaining('author is asked in write'));
});

test('what a run was given stands at the beginning', () => {
  const [begun] = STORY;
  if (begun?.type !== 'run.started') throw new Error('the story begins with its run');
  const shown = (inputs: typeof begun.inputs): string =>
    talkRows(takeEvent(START, { ...begun, inputs }), UI, { columns: 60, rows: 10 })
      .map(row => row.line.map(cell => cell.text).join(''))
      .join('\n');
  expect(shown({ question: 'Is it **safe**?', summary: null })).toMatch(/you {2}question *\n +Is it safe\?/);
  expect(shown({ question: 'Why?', summary: true })).toMatch(/question: Why\?\n +summary: true/);
  expect(shown({})).toBe('');
});

test('a text that is written has all rows that nothing else needs', () => {
  const text = Array.from({ length: 80 }, (_, row) => `row ${row}`).join('\n');
  const view = takeDelta(START, { key: 'k', phase: 'write', role: 'author', text });
  expect(talkRows(view, UI, { columns: 60, rows: 40 })).toHaveLength(40);
  const told = takeDelta(STORY.reduce(takeEvent, START), { key: 'k', phase: 'write', role: 'author', text });
  const rows = talkRows(told, UI, { columns: 60, rows: 40 }).map(row =>
    row.line.map(cell => cell.text).join(''),
  );
  expect(rows).toHaveLength(40);
  expect(rows.join('\n')).toContain('row 79');
  expect(rows.filter(row => /row \d/.test(row)).length).toBeLessThan(34);
});

test('a conversation tells why each role had its turn', () => {
  const turn = {
    type: 'turn.started',
    at: 1,
    phase: 'debate',
    turn: 1,
    role: 'ada',
    reason: 'it speaks first',
  } as const;
  const view = [turn, { ...turn, at: 2, turn: 2, role: 'ben', reason: 'ada named it' }].reduce(
    takeEvent,
    START,
  );
  expect(whyText(view, undefined)).toBe(
    '**debate** turn 2: ben after 1 ms\n  ada named it\n\n**debate** turn 1: ada after 0 ms\n  it speaks first',
  );
  expect(whyText(view, 'debate')).toContain('it speaks first');
  expect(whyText(view, 'other')).toContain('has not gone');
});

test('what only people took of a phase is told as waiting', () => {
  const question = { kind: 'question', text: 'Go?', choices: ['yes'], freeText: false } as const;
  const asked = { type: 'person.asked', key: 'q', id: 'q', phase: 'save', question } as const;
  const answered = {
    type: 'person.answered',
    key: 'q',
    id: 'q',
    phase: 'save',
    choice: 'yes',
    text: null,
    by: 'ana',
  } as const;
  const events = [
    { type: 'phase.started', at: 1000, phase: 'save', kind: 'tool', visit: 1 } as const,
    { ...asked, at: 1000 },
    { ...answered, at: 31_000 },
    { type: 'phase.ended', at: 31_062, phase: 'save', outcome: 'completed', artifact: null } as const,
  ];
  const phase = events
    .reduce<ReturnType<typeof startView>>((view, event) => takeEvent(view, event as RunEvent), START)
    .phases.get('save');
  expect(phase).toMatchObject({ ms: 62, waitedMs: 30_000 });
});
