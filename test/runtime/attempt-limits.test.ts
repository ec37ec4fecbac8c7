import { describe, expect, test } from 'vitest';
import {
  MAX_ANSWER_LENGTH,
  MAX_FAILED_CALLS,
  MAX_PROBLEM_LENGTH,
  MAX_TOOL_CALLS_PER_TURN,
} from '../../src/model/limits.ts';
import { messageText } from '../../src/model/message.ts';
import type { Reply } from './fake-model.ts';
import { runCrew } from './run-crew.ts';

const END = '  done: { end: success, result: "{{ work }}" }\n';
const PLAIN = `roles: { a: { goal: A. } }\nstart: work\nphases:\n  work: { role: a, task: T., next: done }\n${END}`;
const TOOLS = `roles: { a: { goal: A., tools: [kit] } }\nstart: work\nphases:\n  work: { role: a, task: T., next: done }\n${END}`;
const BUSY: Reply = { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } };

describe('one attempt of a role', () => {
  test('lives through so many failed calls over all its turns, then waits for a resume', async () => {
    const run = await runCrew({
      yaml: TOOLS,
      replies: (_request, nth) =>
        nth % 2 === 1 ? BUSY : { calls: [{ tool: 'kit.give', args: { value: nth } }] },
    });
    expect(run.outcome.type).toBe('suspended');
    expect(run.modelRequests).toHaveLength(MAX_FAILED_CALLS * 2 + 1);
  });

  test('gets new tries from a resume', async () => {
    const first = await runCrew({ yaml: PLAIN, replies: () => BUSY });
    expect(first.outcome.type).toBe('suspended');
    const again = await runCrew({
      yaml: PLAIN,
      history: first.facts,
      resume: {},
      replies: (_request, nth) => (nth < 3 ? BUSY : { text: 'at last' }),
    });
    expect(again.outcome).toMatchObject({ type: 'ended', end: { outcome: 'success', result: 'at last' } });
  });

  test('without tools is asked again when it calls one, and keeps no call without an answer', async () => {
    const run = await runCrew({
      yaml: PLAIN,
      replies: (_request, nth) =>
        nth === 1 ? { text: 'let me look', calls: [{ tool: 'kit.give' }] } : { text: 'the result' },
    });
    expect(run.outcome).toMatchObject({ end: { outcome: 'success', result: 'the result' } });
    expect(run.toolCalls).toEqual([]);
    const [answer, repair] = run.modelRequests[1]?.messages.slice(-2) ?? [];
    expect(answer?.parts).toEqual([{ type: 'text', text: 'let me look' }]);
    expect(repair === undefined ? '' : messageText(repair)).toContain('you have no tools');
  });

  test('calls at most so many tools at once, and is told of the rest', async () => {
    const calls = Array.from({ length: MAX_TOOL_CALLS_PER_TURN + 3 }, () => ({ tool: 'kit.give' }));
    const run = await runCrew({
      yaml: TOOLS,
      replies: (_request, nth) => (nth === 1 ? { calls } : { text: 'done' }),
    });
    expect(run.toolCalls).toHaveLength(MAX_TOOL_CALLS_PER_TURN);
    const results = run.modelRequests[1]?.messages.at(-1)?.parts ?? [];
    expect(results).toHaveLength(MAX_TOOL_CALLS_PER_TURN + 3);
    expect(results.filter(part => part.type === 'tool-result' && part.isError)).toHaveLength(3);
  });

  test('is told of a failed tool in a bounded text', async () => {
    const run = await runCrew({
      yaml: TOOLS,
      replies: (_request, nth) => (nth === 1 ? { calls: [{ tool: 'kit.fail' }] } : { text: 'done' }),
      tools: {
        fail: () => {
          throw new Error('x'.repeat(100_000));
        },
      },
    });
    const [part] = run.modelRequests[1]?.messages.at(-1)?.parts ?? [];
    expect(JSON.stringify(part).length).toBeLessThan(MAX_PROBLEM_LENGTH + 200);
  });

  test('takes no answer that is too long to be kept', async () => {
    const run = await runCrew({
      yaml: PLAIN,
      replies: (_request, nth) => ({ text: nth === 1 ? 'x'.repeat(MAX_ANSWER_LENGTH) : 'short' }),
    });
    expect(run.outcome).toMatchObject({ end: { result: 'short' } });
    expect(run.events.find(event => event.type === 'model.ended')).toMatchObject({
      outcome: 'failed',
      failure: { code: 'PROVIDER_PROTOCOL' },
    });
  });
});

test('a reservation of input tokens is never larger than the context window', async () => {
  const yaml = PLAIN.replace('task: T.', `task: ${'word '.repeat(2_000)}`);
  const budgeted = `budget: { tokens: 1k }\n${yaml}`;
  const terms = { languageModel: true, maxTokens: 100 };
  const large = await runCrew({ yaml: budgeted, terms });
  expect(large.outcome).toMatchObject({
    type: 'suspended',
    state: { suspension: { failure: { code: 'BUDGET_EXCEEDED' } } },
  });
  const small = await runCrew({ yaml: budgeted, terms: { ...terms, contextTokens: 800 } });
  expect(small.outcome).toMatchObject({ type: 'ended', end: { outcome: 'success' } });
});
