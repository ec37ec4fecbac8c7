import { describe, expect, test } from 'vitest';
import { eventsOf, resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { type CrewRun, runCrew } from './run-crew.ts';

const HEAD = 'roles: { writer: { goal: Write. } }\n';
const entered = (run: CrewRun) => eventsOf(run, 'phase.started').map(({ phase }) => phase);
const causes = (run: CrewRun) =>
  eventsOf(run, 'phase.started').map(({ phase, visit, causeBy }) => [phase, visit, causeBy]);

/** Each phase answers with its name and visit. */
const named = ({ idempotencyKey, origin }: CrewRun['modelRequests'][number]): Reply => ({
  text: `${origin.phase} ${/:(\d+):/.exec(idempotencyKey)?.[1]}`,
});

describe('a subscriber', () => {
  const yaml = `${HEAD}start: draft
phases:
  draft: { role: writer, task: Draft., next: lost }
  check: { role: writer, task: "Check {{ draft }}", subscribe: [draft], next: lost }
  sum: { role: writer, task: "Sum {{ draft }} {{ check }}", subscribe: [draft, check], next: lost }
  done: { end: success, subscribe: [sum], result: "{{ sum }}" }
  lost: { end: failure }
`;

  test('runs when all that it watches is there, before `next`', async () => {
    const run = await runCrew({ yaml, replies: named });
    expect(entered(run)).toEqual(['draft', 'check', 'sum']);
    expect(resultOf(run)).toMatchObject({ outcome: 'success', phase: 'done', result: 'sum 1' });
  });

  test('is told what woke it', async () => {
    const run = await runCrew({ yaml, replies: named });
    expect(causes(run)).toEqual([
      ['draft', 1, undefined],
      ['check', 1, ['draft']],
      ['sum', 1, ['draft', 'check']],
    ]);
  });

  test('reads the artifacts that it watches', async () => {
    const run = await runCrew({ yaml, replies: named });
    const task = run.modelRequests.at(-1)?.messages.at(-1)?.parts[0];
    expect(task).toMatchObject({ text: 'Sum draft 1 check 1' });
  });

  test('comes in the order of the file when several wait', async () => {
    const run = await runCrew({
      yaml: `${HEAD}start: draft
phases:
  second: { role: writer, task: "2 {{ draft }}", subscribe: [draft], next: done }
  first: { role: writer, task: "1 {{ draft }}", subscribe: [draft], next: done }
  draft: { role: writer, task: Draft., next: done }
  done: { end: success }
`,
      replies: named,
    });
    expect(entered(run)).toEqual(['draft', 'second', 'first']);
  });

  test('runs at most `max_visits` times, and only for news', async () => {
    const run = await runCrew({
      yaml: `${HEAD}start: draft
phases:
  draft: { role: writer, task: Draft., subscribe: [check], max_visits: 3, next: done }
  check: { role: writer, task: "Check {{ draft }}", subscribe: [draft], max_visits: 2, next: done }
  done: { end: success, result: "{{ draft }} {{ check }}" }
`,
      replies: named,
    });
    expect(causes(run)).toEqual([
      ['draft', 1, undefined],
      ['check', 1, ['draft']],
      ['draft', 2, ['check']],
      ['check', 2, ['draft']],
      ['draft', 3, ['check']],
    ]);
    expect(resultOf(run)).toMatchObject({ result: 'draft 3 check 2' });
  });

  test('is not woken by its own artifact, nor by a phase that failed', async () => {
    const run = await runCrew({
      yaml: `${HEAD}start: draft
phases:
  draft: { role: writer, task: Draft., on_error: over, next: done }
  check: { role: writer, task: "Check {{ draft }}", subscribe: [draft], max_visits: 5, next: done }
  over: { role: writer, task: Over., next: done }
  done: { end: success }
`,
      replies: ({ origin }) =>
        origin.phase === 'draft' ? { text: 'no', finish: 'content_filter' } : { text: 'x' },
    });
    expect(entered(run)).toEqual(['draft', 'over']);
  });

  test('may be a parallel phase, whose artifact wakes others in turn', async () => {
    const run = await runCrew({
      yaml: `${HEAD}start: draft
phases:
  draft: { role: writer, task: Draft., next: lost }
  both:
    parallel: { a: { role: writer, task: "A {{ draft }}" }, b: { role: writer, task: "B {{ draft }}" } }
    subscribe: [draft]
    next: lost
  done: { end: success, subscribe: [both], result: "{{ both.b }}" }
  lost: { end: failure }
`,
      replies: named,
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'both.b 1' });
  });

  test('inside a crew phase hears only the artifacts of its own procedure', async () => {
    const run = await runCrew({
      yaml: `${HEAD}start: draft
phases:
  draft: { role: writer, task: Outer., next: inside }
  inside: { crew: inner.sop.yaml, next: done }
  after: { role: writer, task: "After {{ inside }}", subscribe: [inside], next: done }
  done: { end: success, result: "{{ inside }}" }
`,
      files: {
        'inner.sop.yaml': `version: 1
sop: inner
roles: [writer]
start: plan
phases:
  plan: { role: writer, task: Plan., next: lost }
  draft: { role: writer, task: "Draft {{ plan }}", subscribe: [plan], next: lost }
  done: { end: success, subscribe: [draft], result: "{{ draft }}" }
  lost: { end: failure }
`,
      },
      replies: ({ origin }) => ({ text: origin.phase }),
    });
    expect(entered(run)).toEqual(['draft', 'inside', 'inside/plan', 'inside/draft', 'after']);
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'inside/draft' });
  });
});

test('a run of subscribers replays byte for byte, and a resume at any fact comes to the same end', async () => {
  const yaml = `${HEAD}start: draft
phases:
  draft: { role: writer, task: Draft., subscribe: [check], max_visits: 2, next: done }
  check: { role: writer, task: "Check {{ draft }}", subscribe: [draft], max_visits: 2, next: done }
  done: { end: success, result: "{{ draft }} {{ check }}" }
`;
  const run = await runCrew({ yaml, replies: named });
  const again = await runCrew({ yaml, history: run.facts });
  expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
  expect(again.calledKeys).toEqual([]);
  for (let count = 1; count < run.facts.length; count += 1) {
    const resumed = await runCrew({ yaml, history: run.facts.slice(0, count), resume: {}, replies: named });
    expect(resultOf(resumed)).toEqual(resultOf(run));
  }
});
