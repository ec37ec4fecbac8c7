import { expect, test } from 'vitest';
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
