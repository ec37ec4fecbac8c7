import { expect, test } from 'vitest';
import { eventWords } from '../../src/reporters/html/event-words.ts';
import { eventRow } from '../../src/tui/event-row.ts';

const answered = {
  type: 'model.ended',
  at: 0,
  key: 'k',
  phase: 'write',
  role: 'writer',
  outcome: 'answered',
  text: 'half a sen',
  toolCalls: 0,
  usage: { inputTokens: 10, outputTokens: 4096, cachedInputTokens: 0 },
  costMicroUsd: 1,
  ms: 5,
} as const;

test('the dashboard and the page say that an answer was cut off', () => {
  const shown = (event: Parameters<typeof eventRow>[0]) => [eventRow(event).text, eventWords(event)];
  for (const text of shown({ ...answered, cutAt: 4096 })) expect(text).toContain('cut off at 4,096 tokens');
  for (const text of shown(answered)) expect(text).not.toContain('cut off');
});
