import { describe, expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import type { Replies } from './fake-model.ts';
import { type CrewRunOptions, runCrew } from './run-crew.ts';

const CREW = `roles: { reader: { goal: Read., tools: [kit] } }
start: work
phases:
  work: { role: reader, task: Read all of it., max_turns: 24, next: done }
  done: { end: success, result: "{{ work }}" }
`;
const LONG = CREW.replace('max_turns: 24', 'max_turns: 80');
const PAGE = 'The page speaks of many things at some length. '.repeat(12);
const isSummary = ({ origin }: ModelRequest) => origin.asks === 'summary';
const sizeOf = ({ messages }: ModelRequest) => JSON.stringify(messages).length;

/** Reads so many pages, one a turn, behind a server that refuses requests of more characters, and says nothing of it before. */
function reads(pages: number, most: number): Replies {
  let read = 0;
  return request => {
    if (sizeOf(request) > most) return { failure: { code: 'CONTEXT_OVERFLOW', message: 'too long' } };
    if (isSummary(request)) return { text: 'It read pages.', usage: null };
    read += 1;
    const calls = [{ tool: 'kit.give', args: { page: read, text: PAGE } }];
    return read > pages ? { text: 'done', usage: null } : { calls, usage: null };
  };
}

const AGAIN: Partial<ModelTerms> = { overflow: 'again' };

function read(replies: Replies, options: Partial<CrewRunOptions> = {}) {
  return runCrew({ yaml: CREW, replies, terms: AGAIN, ...options });
}

describe('a request that its server finds too long', () => {
  test('is asked again after older messages have made room, and the loop goes on', async () => {
    const run = await read(reads(12, 9_000));
    expect(resultOf(run)).toMatchObject({ result: 'done' });
    const refused = run.modelRequests.filter(request => sizeOf(request) > 9_000);
    expect(refused.length).toBe(1);
    expect(run.modelRequests.some(isSummary)).toBe(true);
    expect(new Set(run.calledKeys).size).toBe(run.calledKeys.length);
    expect(eventsOf(run, 'role.warned')[0]?.reason).toMatch(
      /^its server found the context too long, so \d+ older messages make room for a summary/,
    );
  });

  test('is asked with less and less where the server takes far less than what was too long', async () => {
    let most = 1_000_000;
    let read = 0;
    const replies: Replies = request => {
      // The first refusal comes late, and what the server takes is less than half of what it was sent then.
      if (most === 1_000_000 && sizeOf(request) > 20_000) most = sizeOf(request) / 2.2;
      if (sizeOf(request) > most) return { failure: { code: 'CONTEXT_OVERFLOW', message: 'too long' } };
      if (isSummary(request)) return { text: 'It read pages.', usage: null };
      read += 1;
      const calls = [{ tool: 'kit.give', args: { page: read, text: PAGE.slice(0, 180) } }];
      return read > 40 ? { text: 'done', usage: null } : { calls, usage: null };
    };
    const endWith = async (overflow: 'again' | 'shrink') => {
      [most, read] = [1_000_000, 0];
      const run = await runCrew({ yaml: LONG, replies, terms: { overflow } });
      return run.outcome.type === 'ended' ? run.outcome.end.outcome : run.outcome.type;
    };
    expect(await endWith('again')).toBe('error');
    expect(await endWith('shrink')).toBe('success');
  });

  test('is given up when it is too long once more, in a run of before', async () => {
    let refused = 0;
    const pages = reads(12, 1_000_000);
    const run = await read((request, nth) => {
      if (isSummary(request) || refused === 0) {
        if (sizeOf(request) <= 6_000) return pages(request, nth);
      }
      refused += 1;
      return { failure: { code: 'CONTEXT_OVERFLOW', message: 'too long' } };
    });
    expect(resultOf(run)).toMatchObject({ failure: { code: 'CONTEXT_OVERFLOW' } });
    expect(refused).toBe(2);
  });

  test('fails at once when nothing may go', async () => {
    const run = await read(reads(3, 10));
    expect(resultOf(run)).toMatchObject({ failure: { code: 'CONTEXT_OVERFLOW' } });
    expect(run.modelRequests.length).toBe(1);
  });

  test('in a run of before fails as it did', async () => {
    const run = await read(reads(12, 9_000), { terms: {} });
    expect(resultOf(run)).toMatchObject({ failure: { code: 'CONTEXT_OVERFLOW' } });
    const again = await read(reads(12, 9_000), { history: run.facts });
    expect(again.modelRequests).toEqual([]);
    expect(resultOf(again)).toEqual(resultOf(run));
  });

  test('stays within what the plan counts with, and is folded again to the same calls', async () => {
    const run = await read(reads(20, 9_000));
    expect(resultOf(run)).toMatchObject({ result: 'done' });
    const terms: ModelTerms = { maxTokens: 100, languageModel: true, price: null, ...AGAIN };
    const { program } = run;
    const plan = planCrew({ program, models: [], terms: new Map([['default', terms]]), measurePrompt });
    expect(run.modelRequests.length).toBeLessThanOrEqual(plan.total.calls);
    const wished = [...foldRun(program, run.facts)].flatMap(({ effects }) =>
      effects.flatMap(effect => (effect.type === 'model.call' ? [effect.key] : [])),
    );
    expect(wished).toEqual(run.calledKeys.filter(key => !key.includes('/tool-')));
  });
});

describe('a window that the author declares', () => {
  test('has room made for it before the server must refuse', async () => {
    const run = await read(reads(12, 9_000), { terms: { ...AGAIN, declaredContextTokens: 2_000 } });
    expect(resultOf(run)).toMatchObject({ result: 'done' });
    expect(run.modelRequests.some(isSummary)).toBe(true);
    expect(run.modelRequests.every(request => sizeOf(request) <= 9_000)).toBe(true);
    const told = run.modelRequests.some(({ messages }) =>
      messages.slice(1).some(message => messageText(message).startsWith('Your context is filling up')),
    );
    expect(told).toBe(true);
  });

  test('bounds no reservation, for the server may take more than the author says', async () => {
    const yaml = `budget: { tokens: 3k }\n${CREW.replace('Read all of it.', `"${'many words '.repeat(400)}"`)}`;
    const terms = { languageModel: true, declaredContextTokens: 500 };
    const run = await read(() => ({ text: 'done' }), { yaml, terms });
    expect(run.modelRequests).toEqual([]);
  });
});
