import { expect, test } from 'vitest';
import { CONTEXT_TIERS } from '../../src/model/context-shares.ts';
import { formatShares } from '../../src/reporters/shares-text.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { readShares } from '../../src/runtime/records/read-shares.ts';
import { runCrew } from './run-crew.ts';

const CREW = `roles: { reader: { goal: Read., tools: [kit] }, writer: { goal: Write. } }
start: work
phases:
  work: { role: reader, task: Read it., next: note }
  note: { role: writer, task: "Note {{ work }}", next: done }
  done: { end: success, result: "{{ note }}" }
`;

test('what models read adds up, call by call and in all, to what providers counted', async () => {
  const usage = (inputTokens: number) => ({ inputTokens, outputTokens: 3, cachedInputTokens: 0 });
  const run = await runCrew({
    yaml: CREW,
    replies: (_request, nth) =>
      [
        { calls: [{ tool: 'kit.echo', args: { text: 'the moon' } }], usage: usage(1001) },
        { text: 'It is the moon.', usage: usage(1203) },
        { text: 'Noted.', usage: null },
      ][nth - 1] ?? { text: 'x' },
  });
  const shares = readShares([...foldRun(run.program, run.facts)]);
  expect(shares.calls.map(({ key, inputTokens }) => [key, inputTokens])).toEqual([
    ['work:1:1/model-1', 1001],
    ['work:1:1/model-2', 1203],
    ['note:1:1/model-1', expect.any(Number)],
  ]);
  for (const { inputTokens, tiers } of shares.calls) {
    expect(CONTEXT_TIERS.reduce((sum, tier) => sum + tiers[tier], 0)).toBe(inputTokens);
  }
  const third = shares.calls[2];
  expect(third).toMatchObject({ counted: false, phase: 'note' });
  expect(shares.inputTokens).toBe(2204 + (third?.inputTokens ?? 0));
  expect(CONTEXT_TIERS.reduce((sum, tier) => sum + shares.tiers[tier], 0)).toBe(shares.inputTokens);
  expect(shares.calls[0]?.tiers.results).toBe(0);
  expect(shares.calls[1]?.tiers.results).toBeGreaterThan(0);
  const options = { color: false, columns: Number.POSITIVE_INFINITY };
  const text = formatShares(shares, { ...options, perCall: false });
  expect(text).toMatch(/about tokens in +card +tools +messages +results\n +work reader +2204/);
  expect(formatShares(shares, { ...options, perCall: true })).toContain('work:1:1/model-2');
  expect(formatShares({ ...shares, calls: [] }, { ...options, perCall: true })).toMatch(
    /^No model of this run/,
  );
});
