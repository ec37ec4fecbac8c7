import { describe, expect, test } from 'vitest';
import { allocateTokens } from '../../src/memory/context/allocate-tokens.ts';
import { contextSizes } from '../../src/memory/context/context-sizes.ts';
import { CONTEXT_TIERS, type ContextSizes } from '../../src/model/context-shares.ts';
import { type Message, textMessage } from '../../src/model/message.ts';
import { contextSummaryMessage } from '../../src/prompts/context-summary.ts';
import { withLessons } from '../../src/prompts/lessons.ts';
import { renderMemoryBlocks } from '../../src/prompts/memory-blocks.ts';
import { renderRecalledNotes } from '../../src/prompts/recalled-notes.ts';
import { fc } from '../laws.ts';

const NOTE = {
  id: 'n1',
  kind: 'fact',
  text: 'It rained.',
  gist: '',
  scope: 'crew:house',
  runId: 'r1',
  phase: 'keep',
  role: 'keeper',
  createdAt: 0,
  trust: 2,
  score: 1,
  parts: {},
} as const;
const ORIGIN = { phase: 'work', role: 'reader', turn: 1, values: {} };
const sizesOf = (messages: readonly Message[]) => contextSizes({ messages, tools: [], origin: ORIGIN });
const only = (sizes: ContextSizes) => CONTEXT_TIERS.filter(tier => sizes[tier] > 0);

describe('what a call is made of', () => {
  test('is told apart by where it comes from', () => {
    const blocks = renderMemoryBlocks(
      [{ label: 'a', value: 'x', description: '', limit: 9, readOnly: false, version: 1 }],
      { canEdit: true },
    );
    expect(only(sizesOf([textMessage('system', 'You are.')]))).toEqual(['card']);
    const full = [
      textMessage('system', `You are.\n\n${blocks}`),
      textMessage('user', renderRecalledNotes({ notes: [NOTE], lessons: [], at: 1 })),
    ];
    expect(only(sizesOf(full))).toEqual(['card', 'blocks', 'notes']);
    const strange = renderRecalledNotes({ notes: [{ ...NOTE, trust: 0 }], lessons: [], at: 1 });
    expect(only(sizesOf([textMessage('user', strange)]))).toEqual(['notes']);
    const task = withLessons('Do it.', { lessons: ['Look twice.'], earlier: [NOTE], openedAt: 1 });
    expect(only(sizesOf([textMessage('user', task)]))).toEqual(['lessons', 'messages']);
    const summary = contextSummaryMessage('It read.', { count: 3, canSearch: true });
    expect(only(sizesOf([textMessage('user', summary)]))).toEqual(['summary']);
    const result = {
      type: 'tool-result',
      callId: 'a',
      tool: 'kit.echo',
      value: 'x',
      isError: false,
    } as const;
    expect(only(sizesOf([{ from: 'tool', parts: [result] }]))).toEqual(['results']);
    const tool = { name: 'kit.echo', description: 'Echoes.', inputSchema: {}, readOnly: true };
    expect(only(contextSizes({ messages: [], tools: [tool], origin: ORIGIN }))).toEqual(['tools']);
    const asks = { ...ORIGIN, asks: 'summary' } as const;
    expect(only(contextSizes({ messages: full, tools: [], origin: asks }))).toEqual(['summary']);
  });

  test('leaves nothing out and counts nothing twice', () => {
    const lessons = withLessons('Do it.', { lessons: ['Look twice.'] });
    const plain = sizesOf([textMessage('user', 'Do it.')]);
    const more = sizesOf([textMessage('user', lessons)]);
    expect(more.messages).toBeLessThanOrEqual(plain.messages + 2);
  });
});

const NO_SIZES = Object.fromEntries(CONTEXT_TIERS.map(tier => [tier, 0])) as ContextSizes;

test('law: shares add up exactly to what the provider counted, and follow sizes', () => {
  const sizes = fc.record(
    Object.fromEntries(CONTEXT_TIERS.map(tier => [tier, fc.nat(100_000)])) as {
      readonly [Tier in (typeof CONTEXT_TIERS)[number]]: fc.Arbitrary<number>;
    },
  );
  fc.assert(
    fc.property(fc.nat(2_000_000), sizes, (tokens, each) => {
      const shares = allocateTokens(tokens, each);
      const sum = CONTEXT_TIERS.reduce((all, tier) => all + shares[tier], 0);
      expect(sum).toBe(tokens);
      const size = CONTEXT_TIERS.reduce((all, tier) => all + each[tier], 0);
      for (const tier of CONTEXT_TIERS) {
        const exact = size === 0 ? (tier === 'card' ? tokens : 0) : (tokens * each[tier]) / size;
        expect(Math.abs(shares[tier] - exact)).toBeLessThan(1);
      }
    }),
    { examples: [[7, NO_SIZES]] },
  );
});
