import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { createPlainReporter } from '../../src/reporters/plain.ts';

const failure = {
  code: 'MEMORY_UNAVAILABLE',
  message: `${'the place cannot be reached '.repeat(8)}because.`,
} as const;
const spend = {
  calls: 0,
  toolCalls: 0,
  usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
  costMicroUsd: 0,
};
const EVENTS: readonly RunEvent[] = [
  { type: 'memory.failed', at: 1, phase: 'work', failure },
  { type: 'memory.failed', at: 2, phase: 'work', failure },
  { type: 'run.ended', at: 3, phase: 'done', outcome: 'success', result: 'x', spend },
];

it.each(['quiet', 'normal'] as const)(
  'a %s run that went on without memory says so at its end, whole and once',
  verbosity => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    const reporter = createPlainReporter({ write, color: false, columns: 110, verbosity });
    for (const event of EVENTS) reporter.onEvent(event);
    const end = text.replaceAll(/\s+/g, ' ').split('memory goes on').slice(1);
    expect(end).toHaveLength(1);
    expect(end[0]).toMatch(/^ without memory: MEMORY_UNAVAILABLE: .*because\. spent ✓ success/);
  },
);
