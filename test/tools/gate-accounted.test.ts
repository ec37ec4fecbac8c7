import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { fc } from '../laws.ts';
import { callTool } from './tool-call.ts';

const ID = {
  a: 'aaaa000000000000000000000000000000000001',
  b: 'bbbb000000000000000000000000000000000002',
  c: 'bbbb111111111111111111111111111111111103',
};
const COMMITS = [
  { id: ID.a, subject: 'feat: one' },
  { id: ID.b, subject: 'fix: two' },
  { id: ID.c, subject: 'chore: three' },
];

const judge = (notes: JsonObject, commits: readonly JsonObject[] = COMMITS) =>
  callTool('/', 'gate.accounted', { commits, ...notes });

const entry = (...commits: readonly string[]) => ({ text: 'Something new.', commits });

describe('gate.accounted', () => {
  test('passes when each commit is named once, in full or abbreviated, by an entry or ignored', async () => {
    const verdict = await judge({
      sections: [{ title: 'New', entries: [entry(ID.a.slice(0, 7))] }],
      entries: [entry('BBBB0000')],
      ignored: [{ sha: 'bbbb1', reason: 'nothing for readers' }],
    });
    expect(verdict).toEqual({ ok: true, reasons: [], checked: 3, missing: [], unknown: [] });
  });

  test('names what is missing, named twice, unknown, ambiguous and left without a reason', async () => {
    const verdict = await judge({
      entries: [entry('aaaa', 'bbbb'), entry('aaaa0', 'cccc1234', 'HEAD', 'aaa')],
      ignored: [{ sha: ID.c, reason: ' ' }],
    });
    expect(verdict).toMatchObject({ ok: false, missing: [ID.b], unknown: ['HEAD', 'aaa', 'cccc1234'] });
    expect(verdict.reasons).toEqual([
      `the commit ${ID.c} is ignored without a reason`,
      'the commit bbbb00000000 "fix: two" is not accounted for',
      'the commit aaaa00000000 "feat: one" is named more than once: "Something new.", "Something new."',
      '"Something new." names "HEAD", which is no commit of these',
      '"Something new." names "aaa", which is no commit of these',
      '"Something new." names "cccc1234", which is no commit of these',
      '"Something new." names bbbb, which is short for several commits',
    ]);
  });

  test.each<[string, JsonObject, string]>([
    ['an entry without words', { entries: [{ text: ' ', commits: [ID.a] }] }, 'entry 1 says nothing'],
    ['an entry without commits', { entries: [{ text: 'Faster.' }] }, 'entry 1, "Faster.", names no commit'],
    [
      'a commit in an entry and ignored',
      { entries: [entry(ID.a)], ignored: [{ id: ID.a, reason: 'x' }] },
      'more than once',
    ],
    ['a commit twice in one entry', { entries: [entry(ID.a, 'aaaa0')] }, 'more than once'],
    ['a prototype for an id', { entries: [entry('__proto__', 'constructor')] }, 'is no commit of these'],
  ])('refuses %s', async (_name, notes, reason) => {
    const verdict = await judge(notes);
    expect(verdict.ok).toBe(false);
    expect(verdict.reasons.join('\n')).toContain(reason);
  });

  test('without commits only empty notes pass', async () => {
    expect(await judge({}, [])).toMatchObject({ ok: true, checked: 0 });
    expect(await judge({ entries: [entry(ID.a)] }, [])).toMatchObject({ ok: false });
    expect(await judge({}, [{ subject: 'no id' }])).toMatchObject({ ok: false });
  });

  test('law: the order of commits, sections, entries and ignored ones is free', async () => {
    const id = fc.constantFrom(ID.a, ID.b, ID.c, 'aaaa', 'bbbb', 'bbbb1111', 'dddd', 'x');
    const notes = fc.record({
      sections: fc.array(
        fc.record({
          entries: fc.array(fc.record({ text: fc.constantFrom('', 'A', 'B'), commits: fc.array(id) })),
        }),
        { maxLength: 4 },
      ),
      ignored: fc.array(fc.record({ sha: id, reason: fc.constantFrom('', 'why') }), { maxLength: 4 }),
    });
    const shuffled = <T>(list: readonly T[], seed: number): T[] =>
      list
        .map((item, index) => ({ item, key: Math.imul(seed + index * 7919, 2654435761) >>> 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item);
    await fc.assert(
      fc.asyncProperty(notes, fc.nat(), async ({ sections, ignored }, seed) => {
        const one = await judge({ sections, ignored });
        const other = await judge(
          {
            sections: shuffled(sections, seed).map(({ entries }) => ({
              entries: shuffled(entries, seed + 1),
            })),
            ignored: shuffled(ignored, seed),
          },
          shuffled(COMMITS, seed),
        );
        // Entries are named by their place, so only how many such reasons there are can be compared.
        const comparable = (reasons: readonly string[]) =>
          reasons.map(reason => reason.replace(/^entry \d+/, 'entry')).toSorted();
        expect(other.ok).toBe(one.ok);
        expect(comparable(other.reasons)).toEqual(comparable(one.reasons));
        expect(other.missing.toSorted()).toEqual(one.missing.toSorted());
      }),
    );
  });

  test('law: taking any one commit away from full notes is noticed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{40}$/), { minLength: 1 }),
        fc.nat(),
        async (ids, at) => {
          const commits = ids.map(id => ({ id }));
          const entries = ids.map(id => entry(id));
          expect((await judge({ entries }, commits)).ok).toBe(true);
          const gone = at % ids.length;
          const verdict = await judge({ entries: entries.filter((_, index) => index !== gone) }, commits);
          expect(verdict).toMatchObject({ ok: false, missing: [ids[gone]] });
        },
      ),
    );
  });
});
