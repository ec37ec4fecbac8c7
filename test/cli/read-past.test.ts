import { expect, test } from 'vitest';
import { createReadPast } from '../../src/cli/read-past.ts';
import type { Fact, ForkOrigin } from '../../src/model/fact.ts';
import type { RecordedRun, RunHeader } from '../../src/ports/engine.ts';
import { type CrewRun, runCrew } from '../runtime/run-crew.ts';

const YAML = `roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write., next: more }
  more: { role: writer, task: Write more., next: done }
  done: { end: success }
`;

function beside(...runs: readonly { readonly run: RecordedRun; readonly createdAt: number }[]) {
  const headers = runs.map(
    ({ run: { runId }, createdAt }): RunHeader => ({
      ...{ runId, createdAt, crew: 'test', status: 'success', active: false },
    }),
  );
  const read = (id: string): RecordedRun => {
    const found = runs.find(({ run }) => run.runId === id);
    if (found === undefined) throw new Error(`no run ${id}`);
    return found.run;
  };
  return { list: () => headers, read };
}

const saying = (word: string, runId: string): Promise<CrewRun> =>
  runCrew({ yaml: YAML, runId, replies: (_request, nth) => ({ text: `${word} ${nth}` }) });

function recorded(runId: string, { program, facts }: CrewRun, change: object = {}): RecordedRun {
  const [first, ...rest] = facts;
  return { runId, program, facts: [{ ...first, runId, ...change } as Fact, ...rest] };
}

const saidIn = async (read: ReturnType<typeof createReadPast>, runId: string, runs: 'this' | 'all') =>
  (await read({ runId, runs })).flatMap(({ what, text }) => (what === 'said' ? [text] : []));

test('the past of a fork is what came before its original, and what it has of that itself', async () => {
  const [before, original, later] = await Promise.all([
    saying('before', 'run0'),
    saying('original', 'A'),
    saying('later', 'run2'),
  ]);
  const at = original.facts.find(({ type }) => type === 'run.started')?.at ?? 0;
  const half = { ...original, facts: original.facts.slice(0, 2) };
  const forkedFrom: ForkOrigin = { runId: 'A', at: 2 };
  const reads = beside(
    { run: recorded('run0', before), createdAt: at - 10 },
    { run: recorded('A', original), createdAt: at },
    { run: recorded('run2', later), createdAt: at + 10 },
    { run: recorded('B', half, { forkedFrom }), createdAt: at + 20 },
    { run: recorded('C', half, { forkedFrom: { runId: 'B', at: 2, forkedFrom } }), createdAt: at + 30 },
    { run: recorded('run3', later), createdAt: at + 40 },
  );
  const read = createReadPast(reads);
  for (const fork of ['B', 'C']) {
    expect(await saidIn(read, fork, 'this')).toEqual(['original 1']);
    expect(await saidIn(read, fork, 'all')).toEqual(['before 1', 'before 2', 'original 1']);
  }
  expect(await saidIn(read, 'A', 'all')).toEqual(['before 1', 'before 2', 'original 1', 'original 2']);
  expect(await saidIn(read, 'run3', 'all')).toContain('later 2');
});
