import { describe, expect, test } from 'vitest';
import { messageText } from '../../src/model/message.ts';
import { createOfflineModel } from '../../src/providers/offline.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { crew, delegate, handsOf, lead, sendBack } from './manage-crew.ts';
import { runCrew } from './run-crew.ts';

describe('trouble', () => {
  const locked: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'key' } };
  const both = [{ calls: [delegate('finder'), delegate('writer')] }];

  test('a worker whose model cannot be reached holds the run, and a resume makes just its call again', async () => {
    const yaml = crew('concurrency: 2');
    const first = await runCrew({
      yaml,
      replies: lead(both, ({ origin }) => (origin.role === 'finder' ? locked : undefined)),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    expect(handsOf(first)).toContain('returned writer lead: writer 1');
    const second = await runCrew({ yaml, history: first.facts, resume: {}, replies: lead([]) });
    expect(second.calledKeys).toEqual(['report:1:1/work-1/model-1-2', 'report:1:1/manager/model-2']);
    expect(resultOf(second)).toMatchObject({ result: 'delivered' });
  });

  test('two held workers and a queued one go on together', async () => {
    const yaml = crew('concurrency: 2');
    const three = [{ calls: [delegate('finder'), delegate('writer'), delegate('writer', 'Next.')] }];
    const first = await runCrew({ yaml, replies: lead(three, () => locked) });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await runCrew({ yaml, history: first.facts, resume: {}, replies: lead([]) });
    expect(second.calledKeys).toEqual([
      'report:1:1/work-1/model-1-2',
      'report:1:1/work-2/model-1-2',
      'report:1:1/work-3/model-1',
      'report:1:1/manager/model-2',
    ]);
  });

  test('the model of the lead itself may be what is waited for', async () => {
    const first = await runCrew({ yaml: crew(), replies: lead([both[0] ?? {}, locked]) });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await runCrew({ yaml: crew(), history: first.facts, resume: {}, replies: lead([]) });
    expect(second.calledKeys).toEqual(['report:1:1/manager/model-2-2']);
    expect(resultOf(second)).toMatchObject({ result: 'delivered' });
  });

  test('with `on_error` a model that cannot be reached takes that way', async () => {
    const run = await runCrew({ yaml: crew('on_error: failed'), replies: lead(both, () => locked) });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'PROVIDER_AUTH' });
  });

  test('a timeout cancels whoever works, and their calls are charged', async () => {
    const run = await runCrew({
      yaml: crew('concurrency: 2\n    timeout: 20ms'),
      replies: lead(both, ({ origin }) => ({ text: origin.role, afterMs: 500 })),
    });
    expect(resultOf(run)).toMatchObject({ failure: { code: 'PHASE_TIMEOUT' } });
    if (run.outcome.type !== 'ended') throw new Error('it ended');
    expect(run.outcome.state.ledger.spent.calls).toBe(3);
    expect(run.outcome.state.ledger.reserved).toEqual({});
  });

  test('a retry cancels who is at work, charges it, and begins anew', async () => {
    const busy: Reply = { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } };
    const run = await runCrew({
      yaml: crew('concurrency: 2\n    retry: 1'),
      replies: request => {
        const isFirst = request.idempotencyKey.includes('report:1:1/');
        if (isFirst && request.origin.role === 'finder') return busy;
        return lead(both, ({ origin }) => ({ text: origin.role, afterMs: isFirst ? 60_000 : 1 }))(request, 1);
      },
    });
    expect(eventsOf(run, 'phase.retried')).toMatchObject([{ failure: { code: 'PROVIDER_OVERLOADED' } }]);
    expect(handsOf(run).filter(line => line.startsWith('returned'))).toHaveLength(2);
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'delivered' });
    if (run.outcome.type !== 'ended') throw new Error('it ended');
    // One turn of the lead, three tries of the finder, the cancelled writer; then two turns and both workers.
    expect(run.outcome.state.ledger.spent.calls).toBe(1 + 3 + 1 + 2 + 2);
  });

  test('another attempt begins with nobody at work', async () => {
    const run = await runCrew({
      yaml: crew('retry: 1\n    max_delegations: 1'),
      replies: request => {
        const isFirst = request.idempotencyKey.includes('report:1:1/');
        const turns = [{ calls: [delegate('writer')] }, ...(isFirst ? [{}, {}, {}] : [])];
        return lead(turns)(request, 1);
      },
    });
    expect(eventsOf(run, 'phase.retried')).toMatchObject([{ failure: { code: 'OUTPUT_EMPTY' } }]);
    expect(handsOf(run).filter(line => line.startsWith('delegation'))).toHaveLength(2);
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'delivered' });
  });
});

describe('a managed phase', () => {
  test('with rules instead of a language model delivers by itself', async () => {
    const run = await runCrew({ yaml: crew(), model: createOfflineModel() });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: expect.stringContaining('offline') });
    expect(handsOf(run)).toEqual([]);
    expect(run.modelRequests).toHaveLength(1);
  });

  test('begins anew for another trial, with what was learnt and all delegations', async () => {
    const run = await runCrew({
      yaml: crew(
        'max_delegations: 1\n    reflect: { evaluator: { expression: report == "right" }, trials: 2 }',
      ),
      replies: ({ origin, idempotencyKey }) => {
        if (origin.role === 'lead' && origin.turn === 1) return { calls: [delegate('writer')] };
        if (origin.role === 'lead') return { text: idempotencyKey.includes(':1:1/') ? 'wrong' : 'right' };
        return { text: `${origin.role} speaks` };
      },
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'right' });
    expect(handsOf(run).filter(line => line.startsWith('delegation'))).toHaveLength(2);
    const second = run.modelRequests.findLast(({ origin }) => origin.role === 'lead' && origin.turn === 1);
    expect(messageText(second?.messages[1] ?? { from: 'user', parts: [] })).toContain('earlier attempts');
  });

  test('may stand inside another crew, whose events say where', async () => {
    const options = {
      yaml: `roles: { lead: { goal: Lead. }, finder: { goal: Find. } }
start: inside
phases:
  inside: { crew: inner.sop.yaml, next: done }
  done: { end: success, result: "{{ inside }}" }
`,
      files: {
        'inner.sop.yaml': `version: 1
sop: inner
roles: [lead, finder]
start: report
phases:
  report: { manage: lead, workers: [finder], task: Report., next: done }
  done: { end: success, result: "{{ report }}" }
`,
      },
      replies: lead([{ calls: [delegate('finder')] }, { calls: [sendBack(1)] }]),
    };
    const run = await runCrew(options);
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'delivered' });
    expect(new Set(eventsOf(run, 'work.handed').map(({ phase }) => phase))).toEqual(
      new Set(['inside/report']),
    );
    const again = await runCrew({ ...options, history: run.facts });
    expect(again.events).toEqual(run.events);
  });
});
