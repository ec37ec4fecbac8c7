import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FlagValues } from '../../../src/cli/command.ts';
import { addNote } from '../../../src/cli/memory/add.ts';
import { editMemory } from '../../../src/cli/memory/edit.ts';
import { blameMemory, logMemory, showMemory } from '../../../src/cli/memory/look.ts';
import type { MemoryVerb } from '../../../src/cli/memory/memory-verb.ts';
import { revertMemory } from '../../../src/cli/memory/mend.ts';
import { noteHash } from '../../../src/memory/note-hash.ts';
import type { OpenMemory } from '../../../src/memory/open-memory.ts';
import { recallForWork } from '../../../src/memory/recall-for-work.ts';
import type { RecallRequest } from '../../../src/model/recall.ts';
import { block, callOf, note, memoryWith as standing } from './remembering.ts';

const CREW = `version: 1
crew: house
goal: Keep the house.
memory:
  blocks:
    agreed: { value: "Nothing yet.", level: crew, limit: 60 }
    fixed: { value: "Tests first.", level: crew, read_only: true }
    open: { value: "", level: project, read_only: true }
    own: { value: Mine., level: role }
roles:
  clerk: { goal: Keep it., memory: true }
  cook: { goal: Cook., memory: true }
budget: { calls: 20 }
start: keep
phases:
  keep: { role: clerk, task: Keep it., max_turns: 2, next: serve }
  serve: { role: cook, task: Cook it., max_turns: 2, next: done }
  done: { end: success }
`;

/** A memory whose clock goes on. */
async function memoryWith(...what: Parameters<typeof standing>): Promise<OpenMemory> {
  const memory = await standing(...what);
  let now = memory.now();
  return {
    ...memory,
    now: () => {
      now += 1;
      return now;
    },
  };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crew-by-hand-'));
  writeFileSync(join(folder, 'house.crew.yaml'), CREW);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function done(verb: MemoryVerb, memory: OpenMemory, of: readonly string[], values: FlagValues = {}) {
  const { call, out, said } = callOf(of, values);
  const here = { ...call, terminal: { ...call.terminal, cwd: folder } };
  await verb(here, memory);
  return { out: out(), said: said() };
}

const notesOf = ({ store }: OpenMemory) =>
  store.find({ scopes: 'all', states: 'all' }, { limit: 100, order: 'oldest' });

describe('a note of a person', () => {
  test('is for the project, trusted as theirs, and found by roles', async () => {
    const memory = await memoryWith([]);
    const { out, said } = await done(addNote, memory, ['The', 'client', 'wants', 'SSO.']);
    const [added] = await notesOf(memory);
    expect(added).toMatchObject({
      ...{ scope: 'project', kind: 'fact', text: 'The client wants SSO.', trust: 3, sources: ['user'] },
      author: expect.stringMatching(/^person /),
    });
    expect(out).toBe(`${added?.id}\n`);
    expect(said).toMatch(/^Remembered for project: The client wants SSO\./);
    const request: RecallRequest = {
      ...{ crew: 'house', phase: 'keep', task: 't', query: 'SSO', scoring: 'hybrid', blocks: [] },
      roles: [{ role: 'clerk', blocks: [], notes: { scopes: ['project'], limit: 5, maxTokens: 999 } }],
    };
    expect((await recallForWork(memory, request)).roles[0]?.notes).toHaveLength(1);
  });

  test('may say for whom it is, what it is and what about; a later one of its subject takes its place', async () => {
    const memory = await memoryWith([]);
    const flags = { scope: ['crew:house'], kind: ['decision'], tag: ['ops'], subject: 'port' };
    await done(addNote, memory, ['We use 8080.'], flags);
    const { out } = await done(addNote, memory, ['Now it is the one of the gateway.'], {
      ...flags,
      json: true,
    });
    expect(JSON.parse(out).gaveWay).toMatchObject([{ text: 'We use 8080.' }]);
    expect((await notesOf(memory)).map(({ text, state, crew, tags }) => [text, state, crew, tags])).toEqual([
      ['We use 8080.', 'superseded', 'house', ['ops', 'subject:port']],
      ['Now it is the one of the gateway.', 'active', 'house', ['ops', 'subject:port']],
    ]);
  });

  test('says what gives way to it', async () => {
    const memory = await memoryWith([]);
    await done(addNote, memory, ['The port is 8080.']);
    const { said } = await done(addNote, memory, ['The port is 9090.']);
    expect(said).toMatch(
      /Gave way: note \S+, The port is 8080\. \(says another thing of the same subject\)\.?\n/,
    );
  });

  test('stands in the log, and can be taken back', async () => {
    const memory = await memoryWith([]);
    const { out } = await done(addNote, memory, ['Lamps are dear.']);
    const id = out.trim();
    expect((await done(logMemory, memory, [id])).out).toMatch(/ write .*person /);
    await done(revertMemory, memory, [id]);
    expect((await notesOf(memory))[0]?.state).toBe('retracted');
    await expect(done(addNote, memory, ['Lamps are dear.'])).rejects.toMatchObject({
      code: 'MEMORY_REFUSED',
    });
  });

  test('that is known already vouches for what is there', async () => {
    const text = 'Lamps are dear.';
    const known = note('n1', { scope: 'project', kind: 'fact', text, hash: noteHash(text), trust: 1 });
    const memory = await memoryWith([known]);
    await memory.store.nextSeq('project', 1);
    const { out, said } = await done(addNote, memory, [text]);
    expect([out, said]).toEqual(['n1\n', expect.stringMatching(/^Known already, seen 2 times now/)]);
    expect((await notesOf(memory)).map(({ trust }) => trust)).toEqual([3]);
  });

  test.each<readonly [FlagValues, string]>([
    [{ scope: ['nowhere'] }, '--scope is'],
    [{ scope: ['tried:crew:house'] }, '--scope is'],
    [{ scope: ['project', 'user'] }, 'one --scope'],
    [{ kind: ['insight'] }, 'a person adds'],
  ])('is refused with %j', async (values, words) => {
    const memory = await memoryWith([]);
    await expect(done(addNote, memory, ['x'], values)).rejects.toMatchObject({
      ...{ code: 'USAGE', message: expect.stringContaining(words) },
    });
    await expect(done(addNote, memory, [])).rejects.toMatchObject({ code: 'USAGE' });
    expect(await notesOf(memory)).toEqual([]);
  });
});

describe('a block that a person edits', () => {
  test('says what they say, as log, blame and revert know', async () => {
    const memory = await memoryWith([], [block('rules', 'Be kind.\nBe brief.', { trust: 2 })]);
    const { said } = await done(editMemory, memory, ['rules'], { text: 'Be kind.\nBe bold.' });
    expect(said).toBe('Block crew:house rules is at version 2 now.\n');
    expect(await memory.store.block('crew:house', 'rules')).toMatchObject({
      ...{ value: 'Be kind.\nBe bold.', version: 2, trust: 3 },
      updatedBy: { author: expect.stringMatching(/^person /) },
    });
    expect((await done(logMemory, memory, ['rules'])).out).toMatch(/ edit .*person /);
    expect((await done(blameMemory, memory, ['rules'])).out).toMatch(/person .* Be bold\.$/m);
    await done(revertMemory, memory, ['rules']);
    expect((await memory.store.block('crew:house', 'rules'))?.value).toBe('Be kind.\nBe brief.');
  });

  test('may be one that only a crew file declares, and keeps its limit', async () => {
    const memory = await memoryWith([]);
    await done(editMemory, memory, ['agreed'], { text: 'They want SSO.' });
    expect(await memory.store.block('crew:house', 'agreed')).toMatchObject({
      ...{ value: 'They want SSO.', version: 1, limit: 60 },
    });
    await expect(done(editMemory, memory, ['agreed'], { text: 'x'.repeat(61) })).rejects.toMatchObject({
      code: 'MEMORY_REFUSED',
    });
  });

  test('may be read only for roles, unless a crew file fixes its text', async () => {
    const memory = await memoryWith([]);
    await done(editMemory, memory, ['open'], { text: 'For all to read.' });
    expect((await memory.store.block('project', 'open'))?.value).toBe('For all to read.');
    await expect(done(editMemory, memory, ['fixed'], { text: 'x' })).rejects.toMatchObject({
      ...{ code: 'MEMORY_REFUSED', message: expect.stringContaining('house.crew.yaml') },
    });
  });

  test('is named with its scope where several roles have one of that name', async () => {
    const memory = await memoryWith([]);
    await expect(done(editMemory, memory, ['own'], { text: 'x' })).rejects.toMatchObject({
      code: 'MEMORY_NOT_FOUND',
      message: '`own` is the name of several blocks: `role:house/clerk own`, `role:house/cook own`',
    });
    await done(editMemory, memory, ['role:house/cook own'], { text: 'Salt.' });
    expect((await memory.store.block('role:house/cook', 'own'))?.value).toBe('Salt.');
  });

  test('is looked for in the crew file that is named', async () => {
    rmSync(join(folder, 'house.crew.yaml'));
    writeFileSync(join(folder, 'other.yaml'), CREW);
    const memory = await memoryWith([]);
    await expect(done(editMemory, memory, ['agreed'], { text: 'x' })).rejects.toMatchObject({
      code: 'MEMORY_NOT_FOUND',
    });
    await done(editMemory, memory, ['agreed'], { text: 'x', crew: 'other.yaml' });
    expect((await memory.store.block('crew:house', 'agreed'))?.value).toBe('x');
  });

  test('that is none, or a note, is refused in words', async () => {
    const memory = await memoryWith([note('note-1')]);
    await expect(done(editMemory, memory, ['note-1'], { text: 'x' })).rejects.toMatchObject({
      message: '`note-1` is a note, and a block is needed here',
    });
    await expect(done(editMemory, memory, ['nope'], { text: 'x' })).rejects.toMatchObject({
      code: 'MEMORY_NOT_FOUND',
    });
  });

  test('is opened in an editor; what was written is not lost when others were faster', async () => {
    const memory = await memoryWith([], [block('rules', 'Be kind.')]);
    const script = join(folder, 'editor.sh');
    writeFileSync(script, 'cat "$1" > "$1.old"; printf "Be quick.\\n" > "$1"\n');
    const { call, out } = callOf(['rules']);
    const env = { ...process.env, VISUAL: `sh ${script}` };
    const terminal = { ...call.terminal, cwd: folder, interactive: true, env };
    await editMemory({ ...call, terminal }, memory);
    expect((await memory.store.block('crew:house', 'rules'))?.value).toBe('Be quick.');
    const others: OpenMemory['store'] = {
      ...memory.store,
      blocks: async scopes => {
        const seen = await memory.store.blocks(scopes);
        await memory.store.putBlock(block('rules', 'Be first.', { version: 3 }), 2);
        return seen;
      },
    };
    writeFileSync(script, 'printf "Be last.\\n" > "$1"\n');
    await expect(editMemory({ ...call, terminal }, { ...memory, store: others })).rejects.toMatchObject({
      code: 'MEMORY_CONFLICT',
    });
    expect(out()).toBe('Be last.\n');
  });

  test('is shown afterwards as every other one', async () => {
    const memory = await memoryWith([]);
    await done(editMemory, memory, ['agreed'], { text: 'They want SSO.' });
    expect((await done(showMemory, memory, ['agreed'])).out).toContain('They want SSO.');
  });
});
