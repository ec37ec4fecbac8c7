import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { comparableText, findQuote } from '../../src/tools/gate/find-quote.ts';
import { fc } from '../laws.ts';
import { callTool, failureOf } from './tool-call.ts';

const SOURCES = [
  { id: 's1', text: '  “Honey bees dance”, she wrote —\n  and they tell where flowers are.' },
  { id: 's2', text: 'Drones do not dance.' },
];

const judge = (claims: readonly JsonObject[], more: JsonObject = {}) =>
  callTool('/', 'gate.quoted', { claims, sources: SOURCES, ...more });

describe('gate.quoted', () => {
  test('finds each quote at its place', async () => {
    const verdict = await judge([
      { text: 'Bees dance.', source: 's1', quote: '"Honey bees dance", she wrote - and' },
      { text: 'Drones do not.', sources: ['s1', 's2'], quote: 'Drones do not dance.' },
    ]);
    expect(verdict).toEqual({
      ok: true,
      reasons: [],
      checked: 2,
      places: [
        { claim: 1, source: 's1', from: 2, to: 39 },
        { claim: 2, source: 's2', from: 0, to: 20 },
      ],
    });
    expect(SOURCES[0]?.text.slice(2, 39)).toBe('“Honey bees dance”, she wrote —\n  and');
  });

  test.each<[string, JsonObject, string]>([
    ['another case', { source: 's2', quote: 'drones do not dance.' }, 'does not stand in `s2`'],
    ['a word left out', { source: 's1', quote: 'Honey bees, she wrote' }, 'does not stand in `s1`'],
    ['words left out behind dots', { source: 's1', quote: 'Honey … flowers are.' }, 'does not stand in'],
    ['another source', { source: 's1', quote: 'Drones do not dance.' }, 'does not stand in `s1`'],
    ['an unknown source', { source: 's3', quote: 'Drones do not dance.' }, 'cites `s3`, which is no source'],
    ['no source', { quote: 'Drones do not dance.' }, 'cites no source'],
    ['no quote', { source: 's1' }, 'has no quote'],
    ['a blank quote', { source: 's1', quote: ' \u200B\n' }, 'does not stand in'],
    ['a short quote', { source: 's1', quote: 'dance' }, 'too short'],
    ['a number for a quote', { source: 's1', quote: 7 }, 'has no quote'],
    [
      'one unknown source beside a good one',
      { sources: ['s2', 'x'], quote: 'Drones do not dance.' },
      'cites `x`',
    ],
    [
      'a prototype for a source',
      { source: '__proto__', quote: 'Drones do not dance.' },
      'which is no source',
    ],
  ])('refuses %s', async (_name, claim, reason) => {
    const verdict = await judge([{ text: 'Bees dance.', ...claim }]);
    expect(verdict.ok).toBe(false);
    expect(verdict.reasons.join('\n')).toContain(reason);
    expect(verdict.reasons[0]).toMatch(/^claim 1, "Bees dance\.", /);
  });

  test('no claim, a claim without words and an id for two sources do not pass', async () => {
    expect(await judge([])).toMatchObject({ ok: false, reasons: ['there is no claim'] });
    expect(await judge([{ source: 's2', quote: 'Drones do not dance.' }])).toMatchObject({ ok: false });
    const twice = { sources: [...SOURCES, { id: 's2', text: 'Another.' }] };
    const claim = { text: 'Bees.', source: 's1', quote: 'Honey bees dance' };
    expect((await judge([claim], twice)).reasons).toEqual(['the id `s2` stands for more than one source']);
  });

  test('a whole source may be quoted, however short it is', async () => {
    const sources = [{ id: 't1', text: 'No.' }];
    const claim = { text: 'She refused.', source: 't1', quote: 'No.' };
    expect(await judge([claim], { sources })).toMatchObject({ ok: true });
  });

  describe('with a thread', () => {
    const thread = [
      { speaker: 'a', turn: 1, reply: 'The hive was cold, I concede that.' },
      {
        speaker: 'b',
        turn: 2,
        reply: { says: 'Then they cannot dance.', rests: true, more: ['Not one of them.'] },
      },
    ];
    const cite = (source: string, quote: string, more: JsonObject = {}) =>
      judge([{ text: 'Settled.', source, quote }], { thread, ...more });

    test('what was said in a turn may be cited beside the sources', async () => {
      expect(await cite('turn 1', 'I concede that.')).toMatchObject({
        ok: true,
        places: [{ claim: 1, source: 'turn 1', from: 19, to: 34 }],
      });
      expect(await cite('turn 2', 'Then they cannot dance.')).toMatchObject({ ok: true });
      expect(await cite('turn 2', 'Not one of them.')).toMatchObject({ ok: true });
      expect(await cite('s2', 'Drones do not dance.')).toMatchObject({ ok: true });
    });

    test.each([
      ['what nobody said', 'turn 1', 'I concede nothing.', 'does not stand in `turn 1`'],
      ['what another one said', 'turn 1', 'Then they cannot dance.', 'does not stand in `turn 1`'],
      ['the name of a field', 'turn 2', 'says: Then they cannot', 'does not stand in `turn 2`'],
      ['a turn that was not taken', 'turn 3', 'I concede that.', 'cites `turn 3`, which is no source'],
      ['a speaker for a turn', 'a', 'I concede that.', 'cites `a`, which is no source'],
    ])('%s is refused', async (_name, source, quote, reason) => {
      const verdict = await cite(source, quote);
      expect(verdict.ok).toBe(false);
      expect(verdict.reasons.join()).toContain(reason);
    });

    test('a source cannot pass for a turn, and without a thread no turn was taken', async () => {
      const sources = [{ id: 'turn 1', text: 'I concede nothing.' }];
      expect((await cite('turn 1', 'I concede nothing.', { sources })).reasons).toContain(
        'the id `turn 1` stands for more than one source',
      );
      expect(await cite('turn 1', 'I concede that.', { thread: [] })).toMatchObject({ ok: false });
    });
  });

  test.each<[JsonObject]>([[{ claims: 'all', sources: [] }], [{ claims: [], sources: ['a'] }]])(
    '%j fails with TOOL_ARGUMENTS',
    async args => {
      expect(await failureOf(callTool('/', 'gate.quoted', args))).toMatchObject({ code: 'TOOL_ARGUMENTS' });
    },
  );
});

describe('finding quotes', () => {
  const word = fc.stringMatching(/^[a-y]{1,6}$/);
  const text = fc.array(word, { minLength: 1, maxLength: 20 });
  const gap = fc.constantFrom(' ', '\n', '\t \n', '\u00A0', ' \u200B ');

  test('law: any part of a text is found, at a place that has the same words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), fc.nat(), (source, a, b) => {
        const clusters = source.match(/\s+|\P{M}\p{M}*|\p{M}+/gsu) ?? [];
        const from = clusters.length === 0 ? 0 : a % clusters.length;
        const quote = clusters.slice(from, from + (b % 40)).join('');
        const place = findQuote(comparableText(source), quote);
        if (comparableText(quote).text.trim() === '') {
          expect(place).toBe(undefined);
          return;
        }
        const found = comparableText(source.slice(place?.from, place?.to)).text;
        expect(found).toContain(comparableText(quote).text.trim());
      }),
      { numRuns: 2_000 },
    );
  });

  test('law: white space in any form makes no difference', () => {
    fc.assert(
      fc.property(text, gap, gap, (words, one, two) => {
        expect(findQuote(comparableText(words.join(one)), words.join(two))).toEqual({
          from: 0,
          to: words.join(one).length,
        });
      }),
    );
  });

  test('law: a part with one letter changed, added or taken away is not found', () => {
    fc.assert(
      fc.property(text, fc.nat(), (words, at) => {
        const source = words.join(' ');
        const cut = at % source.length;
        const altered = [
          `${source.slice(0, cut)}z${source.slice(cut)}`,
          `${source.slice(0, cut)}z${source.slice(cut + 1)}`,
        ];
        for (const quote of altered) expect(findQuote(comparableText(source), quote)).toBe(undefined);
      }),
    );
  });

  test.each([
    ['“a” ‘b’ «c»', `"a" 'b' "c"`],
    ['wait…', 'wait...'],
    ['1914–1918 — a war', '1914-1918 - a war'],
    ['re\u00ADsearch', 'research'],
    ['cafe\u0301', 'caf\u00E9'],
  ])('%j and %j are the same', (one, two) => {
    expect(findQuote(comparableText(one), two)).toBeDefined();
    expect(findQuote(comparableText(two), one)).toBeDefined();
  });

  test('a long text takes no long time', () => {
    const source = comparableText('a b '.repeat(200_000));
    expect(findQuote(source, `${'a b '.repeat(50_000)}c`)).toBe(undefined);
  });
});
