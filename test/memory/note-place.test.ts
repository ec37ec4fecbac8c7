import { describe, expect, it } from 'vitest';
import { gatheredIn } from '../../src/memory/stream/gathered.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import { fc } from '../laws.ts';
import { freshMemory } from './fresh-memory.ts';
import { active, BY, noteOf, PERSON, wish, withVectors } from './writing.ts';

describe('the same again', () => {
  it('is one note that was seen twice', async () => {
    const memory = freshMemory();
    const [first] = await writeNotes(memory, BY, [wish('a', 'The build needs Node 24.')]);
    const later = { ...BY, runId: 'run2' };
    const [again] = await writeNotes(memory, later, [
      wish('a', '  the build needs node 24', { importance: 0.9 }),
    ]);
    expect(again).toEqual({ id: first?.id, state: 'merged' });
    expect(await active(memory)).toMatchObject([{ seen: 2, importance: 0.9, runId: 'run1' }]);
  });

  it('in one batch is one note', async () => {
    const memory = freshMemory();
    const written = await writeNotes(memory, BY, [wish('a', 'Same'), wish('b', 'same.'), wish('c', 'SAME')]);
    expect(written.map(({ state }) => state)).toEqual(['new', 'merged', 'merged']);
    expect(await active(memory)).toMatchObject([{ seen: 3 }]);
  });

  it('in several runs at once is counted for each, with where it comes from', async () => {
    const memory = freshMemory();
    await writeNotes(memory, BY, [wish('a', 'Same')]);
    const says = (runId: string) =>
      writeNotes(memory, { ...BY, runId }, [wish('a', 'same', { sources: [`run:${runId}`] })]);
    await Promise.all(['run2', 'run3', 'run4'].map(says));
    const [note] = await active(memory);
    expect(note?.seen).toBe(4);
    expect(note?.sources).toEqual(expect.arrayContaining(['run:run2', 'run:run3', 'run:run4']));
  });

  it('in another scope, or of another kind, is another note', async () => {
    const memory = freshMemory();
    await writeNotes(memory, BY, [
      wish('a', 'Same'),
      wish('b', 'Same', { scope: 'role:demo/fixer' }),
      wish('c', 'Same', { kind: 'observation' }),
    ]);
    expect(await memory.store.count({ scopes: 'all' })).toBe(3);
  });

  it('is kept each time where words are kept verbatim', async () => {
    const memory = freshMemory();
    await writeNotes(memory, BY, [
      wish('a', 'yes', { kind: 'message' }),
      wish('b', 'yes', { kind: 'message' }),
    ]);
    expect(await active(memory)).toHaveLength(2);
  });

  it('does not bring back what was retired, nor what was taken back', async () => {
    const memory = freshMemory();
    const [retired, retracted] = await writeNotes(memory, BY, [
      wish('a', 'Skip the tests', { kind: 'lesson' }),
      wish('b', 'A mistake'),
    ]);
    await memory.store.change([retired?.id ?? ''], { state: 'retired' });
    await memory.store.change([retracted?.id ?? ''], { state: 'retracted' });
    const again = await writeNotes(memory, { ...BY, runId: 'run2' }, [
      wish('a', 'Skip the tests', { kind: 'lesson' }),
      wish('b', 'A mistake'),
    ]);
    expect(again.map(({ state }) => state)).toEqual(['merged', 'refused']);
    expect(await active(memory)).toEqual([]);
  });

  it('is kept anew when what was said before has expired, tidied away or not', async () => {
    const memory = { ...freshMemory(), settings: { ...freshMemory().settings, expiresAfterMs: 1000 } };
    const subject = { tags: ['subject:port'] };
    await writeNotes(memory, BY, [wish('a', 'Same'), wish('b', 'The port is 80.', { trust: 3, ...subject })]);
    const later = { ...memory, now: () => memory.now() + 1000 };
    const written = await writeNotes(later, { ...BY, runId: 'run2' }, [
      wish('a', 'Same'),
      wish('b', 'The port is 81.', { trust: 1, ...subject }),
    ]);
    expect(written.map(({ state }) => state)).toEqual(['new', 'new']);
    expect(await active(later)).toHaveLength(4);
  });

  it('by a person vouches for what waited', async () => {
    const memory = freshMemory();
    const text = 'From now on, you are careful';
    const [waiting] = await writeNotes(memory, BY, [wish('a', text)]);
    await writeNotes(memory, PERSON, [wish('a', text, { trust: 3, sources: ['user'] })]);
    expect(await noteOf(memory, waiting?.id)).toMatchObject({ state: 'active', trust: 3 });
  });
});

describe('a newer note', () => {
  const facts = (...texts: string[]) => texts.map((text, at) => wish(`k${at}`, text));

  it.each([
    ['The port is 8080', 'The port is 9090'],
    ['The default of the retry flag is on', 'The default of the retry flag is off'],
    ['max_tokens: 4096 for the judge', 'max_tokens: 8192 for the judge'],
    ['The owner is "anna"', 'The owner is "bert"'],
    ['The API listens on port 8080.', 'The API listens on port 9090.'],
    ['The limit is 5 per user.', 'The limit is 50 per user.'],
    ['The timeout is 30 seconds', 'The timeout is 2 minutes'],
    ['The release is on 5 May 2026', 'The release is on 12 June 2026'],
    ['The motto is `keep calm`', 'The motto is `ship it now`'],
  ])('takes the place of another value of the same subject: %s → %s', async (before, after) => {
    const memory = freshMemory();
    const [first, second] = await writeNotes(memory, BY, facts(before, after));
    expect((await active(memory)).map(({ text }) => text)).toEqual([after]);
    expect(await noteOf(memory, first?.id)).toMatchObject({ state: 'superseded', supersededBy: second?.id });
    expect(await memory.store.changes({ target: first?.id ?? '' }, { limit: 1 })).toMatchObject([
      { action: 'supersede', before, after, reason: 'says another thing of the same subject' },
    ]);
  });

  it.each([
    ['The key 8f2a is 91bc', 'The key 77aa is 12cd'],
    ['The user likes cats', 'The user likes dogs'],
    ['The user is an engineer', 'The user is a father'],
    ['Test run 1 failed with 3 errors', 'Test run 2 failed with 3 errors'],
    ['The tests pass', 'The tests do not pass'],
    ['The port is 8080 for staging.', 'The port is 9090 for production.'],
    ['The limit is 5 per user.', 'The limit is 50 per team.'],
    ['The server runs Ubuntu 24.04', 'The server runs Java 17'],
    ['The port of staging is 8080', 'The port of production is 9090'],
    ['The answer is yes', 'The answer is 42'],
    ['The door is open', 'The door is forbidden'],
    ['Issue 12 is closed', 'Issue 13 is closed'],
    ['The port is not 8080', 'The port is not 9090'],
    ['Anna takes ticket 12', 'Anna takes ticket 13'],
    ['The build failed in step 3', 'The build failed in step 4'],
    ['The limit is 5 for 2 users', 'The limit is 6 for 3 users'],
  ])('leaves what may be true beside it: %s, %s', async (one, other) => {
    const memory = await withVectors();
    await writeNotes(memory, BY, facts(one, other));
    expect(await active(memory)).toHaveLength(2);
  });

  it('takes the place of what carries the same subject', async () => {
    const memory = freshMemory();
    const tags = ['subject:deploy-window'];
    await writeNotes(memory, BY, [
      wish('a', 'We deploy on Monday', { tags }),
      wish('b', 'Friday it is', { tags }),
    ]);
    expect((await active(memory)).map(({ text }) => text)).toEqual(['Friday it is']);
    // Also what was written before, and shares no word with it.
    await writeNotes(memory, { ...BY, runId: 'run2' }, [wish('c', 'Never at night', { tags })]);
    expect((await active(memory)).map(({ text }) => text)).toEqual(['Never at night']);
  });

  it('waits for a person when it contradicts what is trusted more', async () => {
    const memory = freshMemory();
    await writeNotes(memory, PERSON, [wish('a', 'The port is 8080', { trust: 3, sources: ['user'] })]);
    const [second] = await writeNotes(memory, BY, [
      wish('b', 'The port is 9090', { sources: ['web:x.org'] }),
    ]);
    expect(second?.state).toBe('quarantined');
    expect((await active(memory)).map(({ text }) => text)).toEqual(['The port is 8080']);
  });

  it('takes the place of what it says all of, and nothing less', async () => {
    const memory = await withVectors();
    const texts = ['The parser leaks memory', 'The parser leaks memory again', 'The memory leaks'];
    await writeNotes(memory, BY, facts(...texts));
    expect((await active(memory)).map(({ text }) => text).sort()).toEqual(
      ['The parser leaks memory again', 'The memory leaks'].sort(),
    );
  });

  it('does not take the place of what is trusted more', async () => {
    const memory = await withVectors();
    await writeNotes(memory, PERSON, [wish('a', 'The parser leaks memory', { trust: 3, sources: ['user'] })]);
    await writeNotes(memory, BY, [wish('b', 'The parser leaks memory today', { sources: ['web:x.org'] })]);
    expect(await active(memory)).toHaveLength(2);
  });
});

describe('writing again', () => {
  it('under the same key changes nothing and gives the same answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('The port is 1', 'The port is 2', 'Same', 'same', 'You are now free', ''), {
          maxLength: 6,
        }),
        async texts => {
          const memory = freshMemory();
          const wishes = texts.map((text, at) => wish(`k${at}`, text));
          const first = await writeNotes(memory, BY, wishes);
          const then = await memory.store.find(
            { scopes: 'all', states: 'all' },
            { limit: 99, order: 'oldest' },
          );
          const gathered = await gatheredIn(memory, ['crew:demo']);
          const again = await writeNotes(memory, BY, wishes);
          expect(again.map(({ id, state }) => [id, state])).toEqual(
            first.map(({ id, state }) => [id, state]),
          );
          expect(
            await memory.store.find({ scopes: 'all', states: 'all' }, { limit: 99, order: 'oldest' }),
          ).toEqual(then);
          expect(await gatheredIn(memory, ['crew:demo'])).toEqual(gathered);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on where it was broken off: a note without its change is written to its end', async () => {
    const memory = freshMemory();
    const broken = { ...memory.store, record: () => Promise.reject(new Error('killed')) };
    const wishes = [wish('a', 'The port is 1'), wish('b', 'The port is 2')];
    await expect(writeNotes({ ...memory, store: broken }, BY, wishes)).rejects.toThrow('killed');
    const written = await writeNotes(memory, BY, wishes);
    expect(written.map(({ state }) => state)).toEqual(['new', 'new']);
    expect((await active(memory)).map(({ text }) => text)).toEqual(['The port is 2']);
    expect(await memory.store.count({ scopes: 'all', states: 'all' })).toBe(2);
  });

  it('by a person in another moment is another note', async () => {
    const memory = freshMemory();
    const message = { kind: 'message' as const };
    const [one] = await writeNotes(memory, PERSON, [wish('a', 'hello', message)]);
    const [two] = await writeNotes(memory, PERSON, [wish('a', 'hello', message)]);
    expect(one?.id).not.toBe(two?.id);
  });
});
