import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { fold } from './fold.ts';
import { compileText, runCrew } from './run-crew.ts';

const yaml = `roles: { writer: { goal: Write., tools: [kit] } }
start: collect
phases:
  collect: { tool: kit.give, with: { n: 1 }, next: both }
  both:
    parallel:
      left: { tool: kit.wait, with: { ms: 20 } }
      right: { role: writer, task: Write., timeout: 1m }
    next: shaky
  shaky: { tool: kit.fail, retry: 2, on_error: done, next: done }
  done: { end: success, result: "{{ run.error }}" }
`;
const replies = ({ origin }: { origin: { turn: number } }): Reply =>
  origin.turn < 3
    ? { calls: [{ tool: 'kit.echo', args: { text: 'x' } }, { tool: 'kit.fail' }], afterMs: 7 }
    : { text: 'words' };

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

test('R1: deciding acts on nothing: facts alone give the whole run, twice the same, and change no state', async () => {
  const run = await runCrew({ yaml, replies });
  const facts = deepFreeze(structuredClone(run.facts));
  const program = deepFreeze(structuredClone(run.program));
  const [once, twice] = [fold(program, facts), fold(program, facts)];
  const events = once.flatMap(({ effects }) =>
    effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : [])),
  );
  expect(events).toEqual(run.events);
  expect(twice.map(step => step.effects)).toEqual(once.map(step => step.effects));
});

test('R2: an outcome is on disk before anyone sees it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crew-'));
  try {
    const path = join(folder, 'runs.db');
    let looked = 0;
    const run = await runCrew({
      yaml,
      replies,
      path,
      onEvent: event => {
        if (event.type !== 'tool.ended' && event.type !== 'model.ended') return;
        const reader = new DatabaseSync(path, { readOnly: true });
        const rows = reader.prepare('SELECT 1 FROM facts WHERE effect_key = ?').all(event.key);
        reader.close();
        expect(rows).toHaveLength(1);
        looked += 1;
      },
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'success' });
    expect(looked).toBeGreaterThan(8);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('R3: replaying a journal calls nothing and gives the same end and the same events byte for byte', async () => {
  const run = await runCrew({ yaml, replies });
  const again = await runCrew({ yaml, replies, history: run.facts });
  expect(again.calledKeys).toEqual([]);
  expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
  expect(resultOf(again)).toEqual(resultOf(run));
  expect(again.facts).toEqual(run.facts);
});

test('R4: parallel effects fold in the order of the journal, whoever began first', async () => {
  const parallel = `start: both
phases:
  both:
    parallel:
      a: { tool: kit.wait, with: { ms: 30 } }
      b: { tool: kit.wait, with: { ms: 10 } }
      c: { tool: kit.wait, with: { ms: 20 } }
    next: done
  done: { end: success, result: "{{ both }}" }
`;
  const run = await runCrew({ yaml: parallel });
  const ended = (each: typeof run) =>
    each.events.flatMap(event => (event.type === 'tool.ended' ? [event.key] : []));
  expect(ended(run)).toEqual(['both.b:1:1/tool', 'both.c:1:1/tool', 'both.a:1:1/tool']);
  const [start, b, c, a] = run.facts as [Fact, Fact, Fact, Fact];
  const other = await runCrew({ yaml: parallel, history: [start, a, c, b] });
  expect(ended(other)).toEqual(['both.a:1:1/tool', 'both.c:1:1/tool', 'both.b:1:1/tool']);
  expect(resultOf(other)).toEqual(resultOf(run));
});

test('R5: a recorded effect never runs again, one that was begun but not recorded does, when it is safe to repeat', async () => {
  const whole = await runCrew({ yaml, replies });
  for (let count = 1; count <= whole.facts.length; count += 1) {
    const history = whole.facts.slice(0, count);
    const recorded = history.flatMap(fact => ('key' in fact ? [fact.key] : []));
    const resumed = await runCrew({ yaml, replies, history, resume: {} });
    expect(resultOf(resumed)).toEqual(resultOf(whole));
    expect(resumed.calledKeys.filter(key => recorded.includes(key))).toEqual([]);
    const made = recorded.filter(key => whole.calledKeys.includes(key));
    expect(new Set([...made, ...resumed.calledKeys])).toEqual(new Set(whole.calledKeys));
  }
});

test('R6: the clock and the ids of a replay are those of the facts', async () => {
  const run = await runCrew({ yaml, replies });
  const moments = new Set(run.facts.map(fact => fact.at));
  expect(run.events.filter(event => !moments.has(event.at))).toEqual([]);
  // The world of a replay is another hour.
  const again = await runCrew({ yaml, replies, history: run.facts });
  expect(again.events.map(event => event.at)).toEqual(run.events.map(event => event.at));
});

test('R7: a journal runs only on the program that wrote it', async () => {
  const run = await runCrew({ yaml, replies });
  const program = compileText(yaml);
  const tamper = () => ({ ...program, goal: 'Something else.' });
  const other = runCrew({ yaml, replies, history: run.facts, tamper });
  await expect(other).rejects.toMatchObject({ code: 'JOURNAL_MISMATCH' });
  const moved = () => ({ ...program, sourceMap: {} });
  const elsewhere = await runCrew({ yaml, replies, history: run.facts, tamper: moved });
  expect(elsewhere.events).toEqual(run.events);
});

test('a stale fact changes nothing but the clock', async () => {
  const run = await runCrew({ yaml, replies });
  const stale: Fact[] = [
    { type: 'tool.returned', at: 9, key: 'collect:9:9/tool', ms: 1, value: null },
    { type: 'timer.fired', at: 9, key: 'both.right:2/timeout' },
    { type: 'model.failed', at: 9, key: 'none', ms: 1, failure: { code: 'PROVIDER_AUTH', message: '' } },
  ];
  for (const fact of stale) {
    const [before, after] = fold(run.program, [...run.facts.slice(0, 2), fact]).slice(-2);
    expect(after?.effects).toEqual([]);
    const { at: _at, activeMs: _ms, ...rest } = after?.state ?? {};
    expect(before?.state).toMatchObject(rest);
  }
});

test('a fact that answers the same effect twice counts once', async () => {
  const run = await runCrew({ yaml, replies });
  const doubled = run.facts.flatMap((fact): Fact[] => ('key' in fact ? [fact, fact] : [fact]));
  const steps = fold(run.program, doubled);
  expect(steps.at(-1)?.state.end).toEqual(resultOf(run));
  expect(steps.at(-1)?.state.ledger.spent).toEqual(fold(run.program, run.facts).at(-1)?.state.ledger.spent);
});
