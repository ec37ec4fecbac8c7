import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Intent } from '../../src/tui/keys.ts';
import { createStore, type Store } from '../../src/tui/store.ts';
import { startUi } from '../../src/tui/ui-state.ts';
import { startView } from '../../src/tui/view-model.ts';
import { SETUP, STORY } from './story.ts';

let store: Store;
afterEach(() => store.close());

function open() {
  const seen = { rings: 0, pictures: 0, intents: [] as Intent[], errors: [] as unknown[] };
  let clock = 10_000;
  store = createStore(
    { view: startView(SETUP), ui: startUi({ columns: 100, rows: 30, color: false, how: 'run' }) },
    {
      now: () => STORY.at(-1)?.at ?? 0,
      monotonic: () => clock,
      act: intent => seen.intents.push(intent),
      ring: () => {
        seen.rings += 1;
      },
      fail: error => seen.errors.push(error),
    },
  );
  store.subscribe(() => {
    seen.pictures += 1;
  });
  const key = (text: string) => store.press({ name: 'text', text, at: clock });
  return {
    seen,
    key,
    pass: (ms: number) => {
      clock += ms;
    },
  };
}

const QUESTION = { kind: 'question', text: 'Go?', choices: ['yes', 'no'], freeText: false } as const;
const never = new AbortController().signal;

describe('questions', () => {
  test('ring once while somebody is waited for, and are answered once each', async () => {
    const { seen, key, pass } = open();
    const first = store.ask({ id: 'a', phase: 'p', question: QUESTION }, never);
    const second = store.ask({ id: 'b', phase: 'p', question: QUESTION }, never);
    expect(seen.rings).toBe(1);
    pass(400);
    key('1');
    expect(await first).toMatchObject({ choice: 'yes' });
    key('1');
    pass(400);
    key('2');
    expect(await second).toMatchObject({ choice: 'no' });
    expect(seen.intents).toEqual([]);
    void store.ask({ id: 'c', phase: 'p', question: QUESTION }, never);
    expect(seen.rings).toBe(2);
  });

  test('that were answered elsewhere leave the queue', async () => {
    open();
    const over = new AbortController();
    const asked = store.ask({ id: 'a', phase: 'p', question: QUESTION }, over.signal);
    over.abort();
    expect(await asked).toBeUndefined();
    store.change(ui => ui);
    expect(store.snapshot().ui.queue).toEqual([]);
  });

  test('are given back when the dashboard is closed', async () => {
    open();
    const asked = store.ask({ id: 'a', phase: 'p', question: QUESTION }, never);
    store.close();
    expect(await asked).toBeUndefined();
    expect(await store.ask({ id: 'b', phase: 'p', question: QUESTION }, never)).toBeUndefined();
  });
});

test('many events in one breath are one picture, a key is one at once', async () => {
  const { seen, key } = open();
  for (const event of STORY) store.reporter.onEvent(event);
  expect(seen.pictures).toBe(0);
  key('3');
  expect(seen.pictures).toBe(1);
  expect(store.snapshot().view.events).toBe(STORY.length);
  await sleep(300);
  expect(seen.pictures).toBe(1);
});

test('what breaks in the dashboard is told, and does not reach who tells it', () => {
  const { seen } = open();
  store.reporter.onEvent({ ...STORY[0], inputs: undefined, models: undefined } as never);
  expect(seen.errors).toHaveLength(1);
});
