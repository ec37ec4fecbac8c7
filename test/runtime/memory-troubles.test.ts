import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { formatShares } from '../../src/reporters/shares-text.ts';
import { formatRunRecord } from '../../src/reporters/show-text.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { memoryTroubles } from '../../src/runtime/records/memory-troubles.ts';
import { readRecord } from '../../src/runtime/records/read-record.ts';
import { readShares } from '../../src/runtime/records/read-shares.ts';
import { runCrew } from './run-crew.ts';

const CREW = `roles: { reader: { goal: Read. } }
start: work
phases:
  work: { role: reader, task: Read it., next: done }
  done: { end: success, result: "{{ work }}" }
`;
const failure = { code: 'MEMORY_UNAVAILABLE', message: 'the place is gone\u001b[2J' } as const;
const failed: RunEvent = { type: 'memory.failed', at: 1, phase: 'work', failure };

test('a run that went on without memory says so wherever it is looked at, each reason once', async () => {
  const run = await runCrew({ yaml: CREW, replies: () => ({ text: 'Read.' }) });
  const steps = [...foldRun(run.program, run.facts)].map((step, at) =>
    at < 2
      ? { ...step, effects: [...step.effects, { type: 'event.publish', event: failed } as const] }
      : step,
  );
  const message = 'went on without memory: MEMORY_UNAVAILABLE: the place is gone\u001b[2J';
  expect(memoryTroubles(steps)).toEqual([{ phase: 'work', message }]);
  const record = readRecord({ runId: 'run1', program: run.program, facts: run.facts }, steps);
  expect(record.memoryTroubles).toEqual([{ phase: 'work', message }]);
  const options = { color: false, columns: 40, next: [], isBounded: false };
  const told = /Memory\n {2}! .*went on without memory: MEMORY_UNAVAILABLE: the place is gone/;
  expect(formatRunRecord(record, options)).toMatch(told);
  const shown = formatShares(readShares(steps), { color: false, columns: 40, perCall: false });
  expect(shown).toMatch(told);
  expect(shown).not.toContain('\u001b');
  expect(
    readRecord({ runId: 'run1', program: run.program, facts: run.facts }, [
      ...foldRun(run.program, run.facts),
    ]),
  ).not.toHaveProperty('memoryTroubles');
});
