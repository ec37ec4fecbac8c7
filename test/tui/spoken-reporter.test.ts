import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { createSpokenReporter } from '../../src/tui/spoken-reporter.ts';
import { SAMPLE_EVENTS } from '../reporters/sample-events.ts';
import { STORY } from './story.ts';

test('a run is told as sentences without marks', async () => {
  let told = '';
  const reporter = createSpokenReporter({ write: text => (told += text), flags: '' });
  for (const event of STORY) reporter.onEvent(event);
  reporter.onNotice?.('a note');
  await expect(told).toMatchFileSnapshot('golden/spoken.txt');
});

test('no event is told with a mark, a frame or an arrow', () => {
  let told = '';
  const reporter = createSpokenReporter({ write: text => (told += text), flags: '' });
  for (const event of Object.values(SAMPLE_EVENTS).flat()) reporter.onEvent(event);
  expect(told).not.toMatch(/[─│╭✓✗●◦•▸→]/);
  expect(told).toContain('Spent: 1 model call, 2 tool calls');
});

test('an end with words of its own is told in them', () => {
  let told = '';
  const endWords = new Map([['left', 'you quit; nothing of `poem` has run']]);
  const reporter = createSpokenReporter({ write: text => (told += text), flags: '', endWords });
  const spend = {
    calls: 0,
    toolCalls: 0,
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
    costMicroUsd: 0,
  };
  reporter.onEvent({ type: 'run.ended', at: 1, outcome: 'failure', phase: 'left', result: null, spend });
  expect(told).toMatch(/^After 0 ms, you quit; nothing of `poem` has run\.\nSpent: /);
  expect(told).not.toMatch(/fail/);
});

function spokenOf(events: readonly RunEvent[]): string {
  let told = '';
  const reporter = createSpokenReporter({ write: text => (told += text), flags: '' });
  for (const event of events) reporter.onEvent(event);
  return told;
}

const at = 1_750_000_000_000;
const TALK: readonly RunEvent[] = [
  {
    type: 'run.started',
    at,
    runId: 'run1',
    crew: 'trade',
    goal: 'Agree on a price.',
    programHash: 'ab',
    inputs: {},
    models: { default: { use: 'script:replies.yaml', reason: '--model' } },
  },
  { type: 'phase.started', at, phase: 'discuss', kind: 'talk', visit: 1 },
  {
    type: 'model.started',
    at,
    key: 'k',
    phase: 'discuss',
    role: 'dealer',
    model: 'default',
    turn: 1,
  },
  {
    type: 'model.ended',
    at,
    key: 'k',
    phase: 'discuss',
    role: 'dealer',
    outcome: 'answered',
    ms: 2,
    text: 'Used, about 250.',
    toolCalls: 0,
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
    costMicroUsd: 0,
  },
  {
    type: 'message.sent',
    at,
    phase: 'discuss',
    from: 'dealer',
    to: ['buyer'],
    turn: 1,
    text: 'Used, about 250.',
  },
  { type: 'phase.ended', at, phase: 'discuss', outcome: 'completed', artifact: { open: ['a'] } },
  {
    type: 'run.ended',
    at,
    phase: 'done',
    outcome: 'success',
    result: null,
    spend: {
      calls: 1,
      toolCalls: 0,
      usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
      costMicroUsd: 0,
    },
  },
];

test('the beginning says the goal, and which model answers and why', () => {
  expect(spokenOf(TALK)).toMatch(
    /^After 0 ms, run run1 of trade began\.\nGoal: Agree on a price\.\nModel default: script:replies\.yaml, replies written in a file, not a language model; why: --model\.\n/,
  );
});

test('a reply is told once, and no sentence ends twice', () => {
  const told = spokenOf(TALK);
  expect(told.match(/Used, about 250/g)).toHaveLength(1);
  expect(told).toContain('After 0 ms, discuss: dealer told buyer that.\n');
  expect(told).not.toContain('..');
  expect(spokenOf(TALK.filter(({ type }) => type !== 'model.ended'))).toContain(
    'After 0 ms, discuss: dealer to buyer: Used, about 250.\n',
  );
});

test('phases begin and end in sentences, and what was spent is what lines say', () => {
  const told = spokenOf(TALK);
  expect(told).toContain('After 0 ms, discuss begins, a talk.\n');
  expect(told).toContain('After 0 ms, discuss is done and delivers open: 1.\n');
  expect(told).toContain('Spent: 1 model call, 0 tool calls, no tokens: script.\n');
});
