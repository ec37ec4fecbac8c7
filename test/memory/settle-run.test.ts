import { describe, expect, it } from 'vitest';
import { noteHash } from '../../src/memory/note-hash.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import { settleRun } from '../../src/memory/settle-run.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import type { MemoryNote } from '../../src/model/memory.ts';
import type { MemoryStore } from '../../src/ports/memory-store.ts';
import { BY, noteOf as note } from '../contracts/memory-notes.ts';
import { fc } from '../laws.ts';
import { FIRST_MOMENT, freshMemory } from './fresh-memory.ts';
import { active, BY as WRITER, wish } from './writing.ts';

const fact = (id: string, seq: number, text: string, more: Partial<MemoryNote> = {}): MemoryNote =>
  note(id, {
    ...{ seq, text, kind: 'fact', hash: noteHash(text), createdAt: FIRST_MOMENT, lastUsedAt: FIRST_MOMENT },
    ...{ scope: 'crew:demo', runId: 'run1' },
    ...more,
  });
const filled = async (...notes: readonly MemoryNote[]): Promise<OpenMemory> => {
  const memory = freshMemory();
  await memory.store.put(notes.map(each => ({ note: each })));
  return memory;
};
const settled = async (memory: OpenMemory, runId: string) => settleRun(memory, { ...BY, runId });
const left = async (memory: OpenMemory) => (await active(memory)).map(({ id }) => id);

/** A store whose reads do not see what another one writes at the same moment. */
const blind = (store: MemoryStore): MemoryStore => ({
  ...store,
  find: async () => [],
  lexical: async () => [],
});

describe('the end of a run', () => {
  it('leaves one of what it and others wrote at once, whoever ends first', async () => {
    const notes = [fact('a', 1, 'The port is 1'), fact('b', 2, 'the port is 1.', { runId: 'run2' })];
    for (const runId of ['run1', 'run2']) {
      const memory = await filled(...notes);
      expect(await settled(memory, runId)).toMatchObject({ superseded: ['b'] });
      expect(await left(memory)).toEqual(['a']);
      expect(await memory.store.changes({ target: 'b' }, { limit: 9 })).toMatchObject([
        { action: 'supersede', reason: 'says the same as a' },
      ]);
    }
  });

  it('lets the later of two values hold, and what is trusted less wait', async () => {
    const memory = await filled(
      fact('a', 1, 'The port is 1', { runId: 'run2' }),
      fact('b', 2, 'The port is 2'),
      fact('c', 3, 'The host is `x`', { runId: 'run2', trust: 3 }),
      fact('d', 4, 'The host is `y`', { trust: 1 }),
    );
    expect(await settled(memory, 'run1')).toMatchObject({ superseded: ['a'], waiting: ['d'] });
    expect(await left(memory)).toEqual(['b', 'c']);
  });

  it('keeps what it said anew because it had expired', async () => {
    const gone = { runId: 'run2', createdAt: FIRST_MOMENT - 2000, expiresAt: FIRST_MOMENT - 1000 };
    const memory = await filled(
      fact('a', 1, 'The port is 1', gone),
      fact('b', 2, 'The port is 1'),
      fact('c', 3, 'The host is `x`', { ...gone, trust: 3 }),
      fact('d', 4, 'The host is `y`', { trust: 1 }),
    );
    expect(await settled(memory, 'run1')).toEqual({ superseded: [], waiting: [] });
  });

  it('leaves alone what others wrote before it, or among themselves, and what is kept word for word', async () => {
    const memory = await filled(
      fact('a', 1, 'one', { runId: 'run2' }),
      fact('b', 2, 'one', { runId: 'run3' }),
      fact('c', 3, 'yes', { kind: 'message', runId: 'run2' }),
      fact('d', 4, 'yes', { kind: 'message' }),
      fact('e', 5, 'two', { scope: 'role:demo/x', runId: 'run2' }),
      fact('f', 6, 'two'),
    );
    expect(await settled(memory, 'run1')).toEqual({ superseded: [], waiting: [] });
    expect(await memory.store.count({ scopes: 'all' })).toBe(6);
  });

  it('costs two reads when nobody else wrote', async () => {
    const memory = freshMemory();
    await writeNotes(memory, WRITER, [wish('a', 'One thing'), wish('b', 'Another')]);
    const asked: string[] = [];
    const store = new Proxy(memory.store, {
      get(target, name, receiver) {
        asked.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    await settled({ ...memory, store }, WRITER.runId);
    expect(asked).toEqual(['find', 'find']);
  });

  it('of any number of runs that saw nothing of each other, in any order, leaves each thing once', async () => {
    const runs = fc.array(fc.array(fc.nat(5), { maxLength: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(runs, fc.boolean(), async (said, isTurned) => {
        const memory = freshMemory();
        const names = said.map((_, at) => `run${at}`);
        for (const [at, things] of said.entries()) {
          const notes = things.map((thing, nth) => wish(`n${nth}`, `Thing ${'abcdef'[thing]} was seen`));
          await writeNotes(
            { ...memory, store: blind(memory.store) },
            { ...WRITER, runId: `run${at}` },
            notes,
          );
        }
        for (const runId of isTurned ? names.toReversed() : names) await settled(memory, runId);
        const texts = (await active(memory)).map(({ text }) => text);
        expect(texts.length).toBe(new Set(said.flat()).size);
      }),
    );
  });
});
