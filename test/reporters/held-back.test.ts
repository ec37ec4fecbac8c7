import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { createPlainReporter } from '../../src/reporters/plain.ts';

const spend = {
  calls: 0,
  toolCalls: 0,
  usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
  costMicroUsd: 0,
};
const ended = (at: number): RunEvent => {
  return { type: 'run.ended', at, phase: 'done', outcome: 'success', result: 'x', spend };
};
const written = (at: number, id: string, state: 'new' | 'quarantined'): RunEvent => {
  const note = { id, kind: 'fact', text: `text of ${id}`, state } as const;
  return { type: 'memory.written', at, phase: 'work', notes: [note], retired: [] };
};
const kept = (at: number, id: string, state: string): RunEvent => {
  const call = { key: `k${at}`, phase: 'work', tool: 'memory.archive_insert', ms: 1 };
  return { ...call, type: 'tool.ended', at, outcome: 'returned', value: { id, state } };
};

function told(events: readonly RunEvent[], verbosity: 'quiet' | 'normal'): string {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const reporter = createPlainReporter({ write, color: false, columns: 110, verbosity });
  for (const event of events) reporter.onEvent(event);
  return text;
}

it.each(['quiet', 'normal'] as const)(
  'a %s run says at its end how many notes of it wait for a person, and how to see them',
  verbosity => {
    const text = told(
      [
        written(1, 'n1', 'quarantined'),
        written(2, 'n1', 'quarantined'),
        kept(3, 'n2', 'quarantined'),
        kept(4, 'n3', 'new'),
        ended(5),
      ],
      verbosity,
    );
    expect(text).toMatch(
      /memory +2 notes wait for a person; `crew memory list --state quarantined` shows them\nspent/,
    );
  },
);

it('a run that failed says it, too', () => {
  const failure = { code: 'TOOL_FAILED', message: 'gone' } as const;
  const failed = { ...ended(2), outcome: 'error', failure } as RunEvent;
  expect(told([written(1, 'n1', 'quarantined'), failed], 'quiet')).toContain(
    '1 note waits for a person; `crew memory list --state quarantined` shows it',
  );
});

it('a run of which nothing is held back says nothing of it', () => {
  expect(told([written(1, 'n1', 'new'), kept(2, 'n2', 'merged'), ended(3)], 'normal')).not.toContain('wait');
});
