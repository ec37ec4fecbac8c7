import { describe, expect, test } from 'vitest';
import { contextItems } from '../../src/memory/context/context-items.ts';
import {
  CONTEXT_SHARES,
  type ContextItem,
  type ContextLimits,
  decideContext,
} from '../../src/memory/context/decide-context.ts';
import { gistSummary } from '../../src/memory/context/gist-summary.ts';
import { messageTokens } from '../../src/memory/context/message-tokens.ts';
import { transcriptOf } from '../../src/memory/context/transcript.ts';
import { approximateTokens } from '../../src/model/approximate-tokens.ts';
import { cutToTokens } from '../../src/model/cut-to-tokens.ts';
import { type Message, textMessage } from '../../src/model/message.ts';
import { fc } from '../laws.ts';

const LIMITS: ContextLimits = { window: 10_000, fixedTokens: 0, summaryTokens: 400, ...CONTEXT_SHARES };

const call = (id: string): Message => ({
  from: 'assistant',
  parts: [{ type: 'tool-call', call: { id, tool: 'kit.echo', args: { text: id } } }],
});
const result = (id: string, text = 'x'): Message => ({
  from: 'tool',
  parts: [{ type: 'tool-result', callId: id, tool: 'kit.echo', value: text, isError: false }],
});

function items(...tokens: readonly (number | Partial<ContextItem>)[]): readonly ContextItem[] {
  return tokens.map((each, group) =>
    typeof each === 'number' ? { tokens: each, group } : { tokens: 0, group, ...each },
  );
}

describe('a context', () => {
  test('is left alone below 70 %, warned of below 90 %, and compacted from there down to 60 %', () => {
    expect(decideContext(items(6999), LIMITS)).toEqual({ type: 'fits', used: 6999, warn: false });
    expect(decideContext(items(7000), LIMITS)).toEqual({ type: 'fits', used: 7000, warn: true });
    expect(decideContext(items(8999), LIMITS)).toEqual({ type: 'fits', used: 8999, warn: true });
    const full = items({ tokens: 500, pin: 'system' }, 1000, 1500, 1500, 1500, {
      tokens: 3000,
      pin: 'recent',
    });
    expect(decideContext(full, LIMITS)).toEqual({
      type: 'compact',
      used: 9000,
      evict: [1, 2, 3],
      summaryTokens: 400,
      left: 5400,
    });
  });

  test('counts what is sent beside the messages', () => {
    expect(decideContext(items(4000), { ...LIMITS, fixedTokens: 3000 })).toMatchObject({
      used: 7000,
      warn: true,
    });
  });

  test('never grows by a summary: what it replaces is at least twice as long', () => {
    const few = items({ tokens: 8900, pin: 'task' }, 300);
    expect(decideContext(few, LIMITS)).toMatchObject({ type: 'compact', summaryTokens: 150, left: 9050 });
  });

  test('that cannot become smaller says exactly why', () => {
    const pinned = items(
      { tokens: 500, pin: 'system' },
      { tokens: 6000, pin: 'task' },
      { tokens: 3000, pin: 'recent' },
    );
    expect(decideContext(pinned, { ...LIMITS, fixedTokens: 700 })).toEqual({
      type: 'stuck',
      used: 10_200,
      why: 'about 10200 of 10000 tokens are left, because what may not go takes: what the system says 500, the task 6000, the last messages 3000, tools and schema 700',
    });
    const little = items({ tokens: 9500, pin: 'task' }, 1000);
    expect(decideContext(little, LIMITS)).toMatchObject({
      type: 'compact',
      left: 9900,
      why: expect.stringContaining('the task 9500'),
    });
  });

  test('law: it ends, pins stay, groups stay whole, and what is left fits or it is said why not', () => {
    const item = fc.record({
      tokens: fc.integer({ min: 1, max: 4000 }),
      joins: fc.boolean(),
      pin: fc.option(fc.constantFrom('system', 'task', 'open calls', 'recent'), { nil: undefined, freq: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 60 }),
        fc.integer({ min: 0, max: 3000 }),
        (rows, fixedTokens) => {
          const limits = { ...LIMITS, fixedTokens };
          let group = 0;
          let now: readonly (ContextItem & { readonly id?: number })[] = rows.map(
            ({ tokens, joins, pin }, id) => {
              if (!joins) group += 1;
              return { tokens, group, id, ...(pin === undefined ? {} : { pin }) };
            },
          );
          const pinnedGroups = new Set(now.flatMap(each => (each.pin === undefined ? [] : [each.group])));
          const protectedIds = now.flatMap(each => (pinnedGroups.has(each.group) ? [each.id] : []));
          for (let rounds = 0; ; rounds += 1) {
            expect(rounds).toBeLessThanOrEqual(rows.length);
            const decision = decideContext(now, limits);
            const ids = now.map(({ id }) => id);
            for (const id of protectedIds) expect(ids).toContain(id);
            if (decision.type === 'fits') break;
            if (decision.type === 'stuck') {
              expect(decision.used).toBeGreaterThanOrEqual(limits.compactAt * limits.window);
              expect(decision.why).toContain(String(decision.used));
              break;
            }
            expect(decision.left).toBeLessThan(decision.used);
            if (decision.why === undefined)
              expect(decision.left).toBeLessThan(limits.compactAt * limits.window);
            const gone = new Set(decision.evict);
            const goneGroups = new Set(
              now.flatMap((each, at) => (gone.has(at) && !each.isSummary ? [each.group] : [])),
            );
            const kept = now.filter((_, at) => !gone.has(at));
            for (const each of kept) expect(goneGroups.has(each.group)).toBe(false);
            now = [{ tokens: decision.summaryTokens, group: -1, isSummary: true }, ...kept];
            expect(now.reduce((sum, { tokens }) => sum + tokens, fixedTokens)).toBe(decision.left);
          }
        },
      ),
    );
  });
});

describe('messages of a conversation', () => {
  const messages = [
    textMessage('system', 's'),
    textMessage('user', 'task'),
    call('a'),
    result('a'),
    textMessage('assistant', 'hm'),
    textMessage('user', 'mend it'),
    call('b'),
    result('b'),
    call('c'),
    result('c'),
  ];

  test('are pinned as what they are, and calls stand with their results', () => {
    expect(contextItems(messages, {}).map(({ pin, group }) => [pin, group])).toEqual([
      ['system', 0],
      ['task', 1],
      [undefined, 2],
      [undefined, 2],
      [undefined, 4],
      ['recent', 5],
      ['recent', 6],
      ['recent', 6],
      ['recent', 8],
      ['recent', 8],
    ]);
  });

  test('with a task that is not the first thing that was told', () => {
    const [system, notes, ...rest] = messages;
    if (system === undefined || notes === undefined) throw new Error('no messages');
    const task = textMessage('user', 'the task');
    const pins = contextItems([system, notes, task, ...rest], { task }).map(({ pin }) => pin);
    expect(pins.slice(0, 4)).toEqual(['system', undefined, 'task', undefined]);
  });

  test('with calls that wait for an answer never go', () => {
    const open = [...messages.slice(0, 2), call('x'), ...messages.slice(4)];
    expect(contextItems(open, {})[2]?.pin).toBe('open calls');
  });

  test('count as their provider counts', () => {
    const [first] = contextItems(messages, { ratio: 2 });
    expect(first?.tokens).toBe(2 * messageTokens(textMessage('system', 's')));
  });

  test('a summary is none of them', () => {
    const summary = textMessage('user', 'summary');
    const after = [...messages.slice(0, 2), summary, ...messages.slice(6)];
    expect(contextItems(after, { summary })[2]).toMatchObject({ isSummary: true });
    expect(contextItems(after, { summary })[1]).toMatchObject({ pin: 'task' });
  });
});

describe('a summary without a model', () => {
  test('has a line for each message, after what was summed up before', () => {
    const text = gistSummary(
      [textMessage('assistant', 'I look. And more.'), call('a'), result('a', 'It is 42. More words.')],
      { earlier: 'Before.', maxTokens: 400 },
    );
    expect(text).toBe(
      'Before.\n- you said: I look.\n- you called kit.echo {"text":"a"}\n- kit.echo gave: It is 42.',
    );
  });

  test('law: it is never longer than it may be, and what it loses is the oldest', () => {
    const texts = fc.array(fc.string({ maxLength: 300, unit: 'grapheme' }), { maxLength: 30 });
    fc.assert(
      fc.property(
        texts,
        fc.string({ maxLength: 600 }),
        fc.integer({ min: 0, max: 400 }),
        (rows, earlier, maxTokens) => {
          const text = gistSummary(
            rows.map(row => textMessage('assistant', row)),
            { earlier, maxTokens },
          );
          expect(approximateTokens(text)).toBeLessThanOrEqual(maxTokens);
        },
      ),
    );
    const numbered = Array.from({ length: 200 }, (_, nth) => textMessage('assistant', `message ${nth}`));
    const text = gistSummary(numbered, { maxTokens: 60 });
    expect(text).toContain('message 199');
    expect(text).not.toContain('message 0\n');
  });
});

describe('material for a summary', () => {
  test('law: it takes no more than it may, and every line is JSON', () => {
    const texts = fc.array(fc.string({ maxLength: 500, unit: 'grapheme' }), { maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 800 }), (rows, maxTokens) => {
        const messages = rows.flatMap((row, nth) => [call(String(nth)), result(String(nth), row)]);
        const text = transcriptOf(messages, maxTokens);
        if (text === undefined) return;
        expect(approximateTokens(text)).toBeLessThanOrEqual(maxTokens);
        for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
      }),
    );
  });

  test('is missing where even a word of each is too much', () => {
    const messages = Array.from({ length: 100 }, (_, nth) => result(String(nth), 'word '.repeat(50)));
    expect(transcriptOf(messages, 50)).toBe(undefined);
  });
});

test('law: a text that is cut to tokens is a beginning of it, and fits', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 400, unit: 'grapheme' }),
      fc.integer({ min: 0, max: 100 }),
      (text, max) => {
        const cut = cutToTokens(text, max);
        expect(approximateTokens(cut)).toBeLessThanOrEqual(max);
        if (cut !== text) expect(text.startsWith(cut.slice(0, -1))).toBe(true);
        expect(cut.isWellFormed()).toBe(text.isWellFormed() || cut.isWellFormed());
      },
    ),
  );
});
